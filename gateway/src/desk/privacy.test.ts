import { describe, expect, it } from 'vitest';
import { isCardNumber, isIdNumber } from './numbers-of-people.js';
import { mayBeName } from './personal-names.js';
import { findPrivate } from './privacy.js';

const codes = (text: string) => findPrivate(text).map(({ code }) => code);
const errors = (text: string) =>
  findPrivate(text).flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));

/** 11010519491231002X is the example of GB 11643, 4111111111111111 a card maker's test number. */
describe('what must not be aired', () => {
  it.each([
    // names
    ['姓名：王小明', 'personal-name', '王小明'],
    ['受害人张伟报警', 'personal-name', '张伟'],
    ['事主是于丽', 'personal-name', '于丽'],
    ['居民李强在网上刷单', 'personal-name', '李强'],
    ['居民黄志明接到电话', 'personal-name', '黄志明'],
    ['小区王女士被骗5000元', 'personal-name', '王女士'],
    ['一位陈大爷昨天被骗', 'personal-name', '陈大爷'],
    ['欧阳先生误信客服', 'personal-name', '欧阳先生'],
    ['7月16日，张伟接到电话', 'personal-name', '张伟'],
    ['刘芳被骗三万元', 'personal-name', '刘芳'],
    ['居民阿卜杜拉·买买提被骗', 'personal-name', '居民阿卜杜拉·买买提被骗'],
    ['受害人\u200b张\u200b伟', 'personal-name', '张\u200b伟'],
    // identity numbers
    ['证件11010519491231002X', 'id-number', '11010519491231002X'],
    ['证件１１０１０５１９４９１２３１００２ｘ', 'id-number', undefined],
    ['110105 1949 1231 002x', 'id-number', undefined],
    ['一一零一零五一九四九一二三一零零二X', 'id-number', undefined],
    ['旧证110105491231002', 'id-number', '110105491231002'],
    // telephones
    ['电话13812345678', 'phone-number', '13812345678'],
    ['138 1234 5678', 'phone-number', '138 1234 5678'],
    ['138-1234-5678', 'phone-number', '138-1234-5678'],
    ['1 3 8 1 2 3 4 5 6 7 8', 'phone-number', '1 3 8 1 2 3 4 5 6 7 8'],
    ['1、3、8、1、2、3、4、5、6、7、8', 'phone-number', undefined],
    ['１３８１２３４５６７８', 'phone-number', undefined],
    ['一三八一二三四五六七八', 'phone-number', undefined],
    ['幺三八幺二三四五六七八', 'phone-number', undefined],
    ['壹叁捌壹贰叁肆伍陆柒捌', 'phone-number', undefined],
    ['138一二三四5678', 'phone-number', undefined],
    ['①③⑧①②③④⑤⑥⑦⑧', 'phone-number', undefined],
    ['𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖', 'phone-number', undefined],
    ['١٣٨١٢٣٤٥٦٧٨', 'phone-number', undefined],
    ['१३८१२३४५६७८', 'phone-number', undefined],
    ['138\u200b1234\u200d5678', 'phone-number', undefined],
    ['138\u202e12345678', 'phone-number', undefined],
    ['138O1234567', 'phone-number', '138O1234567'],
    ['+8613812345678', 'phone-number', '8613812345678'],
    ['13812345678元', 'phone-number', '13812345678'],
    ['0755-26512345', 'phone-number', '0755-26512345'],
    ['010 62345678', 'phone-number', '010 62345678'],
    ['致电26512345', 'phone-number', '26512345'],
    // cards
    ['卡号4111111111111111', 'bank-card', '4111111111111111'],
    ['4111 1111 1111 1111', 'bank-card', undefined],
    ['四一一一 1111 1111 1111', 'bank-card', undefined],
    ['账户123456789012345678901', 'long-number', '123456789012345678901'],
    // plates
    ['车牌粤B12345', 'licence-plate', '粤B12345'],
    ['粤B·12345', 'licence-plate', '粤B·12345'],
    ['粤ＢＤ１２３４５', 'licence-plate', '粤ＢＤ１２３４５'],
    ['沪AD12345', 'licence-plate', '沪AD12345'],
    ['京 a 8 8 8 8 8', 'licence-plate', undefined],
    ['粤B1234学', 'licence-plate', '粤B1234学'],
    // addresses
    ['3栋2单元501室', 'door-number', '3栋2单元501室'],
    ['３栋２单元５０１', 'door-number', '３栋２单元５０１'],
    ['三栋二单元五零一室', 'door-number', '三栋二单元五零一室'],
    ['A座1203', 'door-number', 'A座1203'],
    ['住在501室', 'door-number', '501室'],
    ['门牌号：88', 'door-number', '门牌号：88'],
    ['中山路110号', 'door-number', '路110号'],
    ['五组12号', 'door-number', '组12号'],
    ['3-2-501', 'door-number', '3-2-501'],
    // accounts
    ['微信号：wang_xm1988', 'account-name', '微信号：wang_xm1988'],
    ['加VX abc12345', 'account-name', 'VX abc12345'],
    ['QQ：123456789', 'account-name', 'QQ：123456789'],
    ['邮箱wang.xm@example.com', 'email-address', 'wang.xm@example.com'],
    ['wang＠example．com', 'email-address', undefined],
  ])('%s: %s', (text, code, excerpt) => {
    const [finding] = findPrivate(text);
    expect(finding).toMatchObject({ code, severity: 'error' });
    expect(text.slice(finding?.start, finding?.end)).toBe(finding?.excerpt);
    if (excerpt !== undefined && code !== 'personal-name') expect(finding?.excerpt).toBe(excerpt);
    if (code === 'personal-name') expect(finding?.excerpt.length).toBeGreaterThan(1);
  });

  it.each([
    ['3栋一居民被骗', 'building-number'],
    ['68岁老人被骗', 'exact-age'],
    ['代码20265678', 'unknown-number'],
  ])('%s is for a person to judge: %s', (text, code) => {
    expect(findPrivate(text)).toMatchObject([{ code, severity: 'warning' }]);
  });
});

describe('what may be aired', () => {
  it.each([
    '本小区一居民7月16日在刷单群被骗28650元。先给小钱再叫垫钱，就是刷单骗局。',
    '本小区一居民2026年11月21日被骗1000000000元',
    '居民2026-07-16 5000元',
    '被骗5,000元、6,000元和7,000元',
    '反诈专线96110，报警110，咨询12345，短信12381，举报12321',
    '拨打九六一一零',
    '金地花园、黄山苑、马家村、王家庄一居民被骗',
    '张某被骗',
    '李某某、王某误信客服',
    '一居民被骗，一女士被骗，一位老人被骗',
    '居民高度警惕，居民马上报警，居民黄金被骗',
    '居民于7月接到电话，居民向对方转账，居民从网上下载应用',
    '对方老师、官方客服、警方提醒',
    '冒充班主任老师在家长群收费',
    '学生周末接到电话',
    '居民安全意识',
    '居民任何时候不要转账',
    '居民钱款被转走',
    '领导、亲友在网上借钱，先打电话或当面核实再说',
    '贷款年利率3.5%，到账50000元',
    '新A股、云APP下载、苏IP',
    '3号线、16号、2路公交、5楼大厅',
    '微信聊天中发来链接，QQ群里推荐股票',
    '60岁以上老人',
    '损失12.8万元，二十八万六千五百元',
    '万一接到电话，一五一十说清楚',
    '八点三十分，二零二六年七月十六日',
    '讲座、银座、满座',
    '',
  ])('%s', (text) => {
    expect(errors(text)).toEqual([]);
  });

  it('keeps the advice of every template', async () => {
    const { loadContent } = await import('../content/index.js');
    const { content } = await loadContent(new URL('../../../playlists', import.meta.url).pathname);
    const texts = [
      ...(content?.templates ?? []).flatMap(({ text, advice }) => [text, advice]),
      ...(content?.campaigns ?? []).flatMap(({ items }) =>
        items.flatMap((item) => [item.text ?? '', ...item.audio.map((version) => version.text ?? '')]),
      ),
      ...(content?.sites ?? []).map(({ name }) => `${name.zh}一居民被骗5000元`),
    ];
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.flatMap((text) => findPrivate(text).map(({ code, excerpt }) => [text, code, excerpt]))).toEqual([]);
  });
});

describe('numbers of people', () => {
  it('knows check digits', () => {
    expect(isIdNumber('11010519491231002X')).toBe(true);
    expect(isIdNumber('110105194912310021')).toBe(false);
    expect(isCardNumber('4111111111111111')).toBe(true);
    expect(isCardNumber('4111111111111112')).toBe(false);
  });

  it('knows a text that could be nothing but a name', () => {
    expect(['张伟', '王小明', '刷单群', '淘宝', '张某', '许多'].filter(mayBeName)).toEqual(['张伟', '王小明']);
  });

  it('ends soon on a text of a hundred kilobytes', () => {
    const long = '居民1 3、8－王小 3栋QQ微信a@b.'.repeat(6000);
    expect(codes(long).length).toBeGreaterThan(0);
    expect(codes('1 '.repeat(50_000))).toEqual(['long-number']);
    expect(codes('的'.repeat(100_000))).toEqual([]);
  });
});
