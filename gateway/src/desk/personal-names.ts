/** The commonest family names, which nine people in ten have; those that are everyday words as well stand apart. */
const plainSurnames =
  '王李张刘陈杨赵吴徐朱胡郭何罗郑梁宋唐许韩冯邓曹彭肖蔡潘袁董吕魏蒋杜苏丁沈姜范傅钟卢汪廖陆贾韦邱侯邹熊孟秦阎薛闫雷段郝邵崔顾毛龚庞樊陶殷庄俞喻翟倪詹鲁葛岳耿戚巫殳柯岑阮赖鲍凌焦滕龙欧聂穆骆兰梅卓蒙覃冼甄麦屈霍裴奚';
/** Names too, but words far more often: counted only where a name is sure to stand. */
const wordSurnames = '高马黄金林孙谢曾叶程余田任周方石江夏白常温严万钱武史黎孔康尹贺文施洪牛申古辛池游项丘钮占伍管祝华';
/** Family names that begin half of all sentences as something else. */
const particles = '于向从和时连易单安平成代路关区';
const doubleSurnames = ['欧阳', '司马', '上官', '诸葛', '皇甫', '尉迟', '令狐', '端木', '司徒', '夏侯', '慕容'];

const plain = `(?:${doubleSurnames.join('|')}|[${plainSurnames}])`;
const any = `(?:${doubleSurnames.join('|')}|[${plainSurnames}${wordSurnames}${particles}])`;
/** A given name is no 某, 姓 and no title; 某 is how a name is left out. */
const given = '(?:(?![某姓氏的在被于是有和与])\\p{Script=Han})';
const title =
  '(?:先生|女士|小姐|太太|夫人|阿姨|大爷|大妈|大娘|大伯|大叔|大姐|大哥|奶奶|爷爷|婆婆|伯伯|叔叔|老师|师傅|同学|老伯|老太|嫂子|婶|老板)';
/** Before these endings a name ends: what comes next is what somebody did, or what was done to them. */
const ending =
  '(?=$|[\\s\\p{P}\\p{S}\\d]|[的在被于接收遭向通因将与和为到从说称报转网误听按先经去把以用投购买加扫损点下等同也又就曾已刚昨今前陷信受付汇刷借贷])';
/** Whom a report is about. */
const role =
  '(?:居民|村民|市民|业主|住户|群众|租户|房客|学生|家长|老人|员工|职工|受骗者|邻居|网友|男子|女子|大学生|退休职工)';
const label = '(?:姓名|受害人|被害人|受骗人|事主|当事人|报警人|举报人|户主|失主|联系人|本名|名叫|名字叫|叫做|真名)';

/** Words that begin like a name. */
const words =
  /^(?:高[度额利息价薪校回仿收级手端龄风]|马上|万[元一余多]|黄金|林地|孙[女子]|谢谢|曾[经被在]|叶子|程[序度]|余[款额元]|田地|任[何务意]|周[末边围围一二三四五六日年转岁]|方[便式法案]|石油|江边|夏[天季]|白[天领]|常[常见用住年]|温馨|严[防重格厉惩]|钱[款财物被]|安[全装心]|平[台时安]|时[候间]|成[功为]|单[位独]|易于|文[件字]|代[理办办收]|关[于注]|项目|管理|游戏|路[过上]|华[为夏]|何[时处]|毛[病利]|龙头|梅[花雨]|雷同|顾客|苏[醒]|唐突|许[多可诺]|宋[代]|陆续|段[时]|兰花|范围|胡[乱]|杜绝|邹|庄严|麦|欧元|贾|金[额融条钱币]|和[平气]|向[对他她其某陌一该骗境]|于[是]|从[事]|连[续夜]|洪水|古[董玩]|史[上]|康复|石[材]|郑重|蒙[骗受蔽]|兰[州]|鲁[莽])/u;
/** What stands before a title without being somebody's family name. */
const notSurname =
  /(?:[对官警校我甲乙双各多院厂军]方|班主任|[责专主]任|高中|初中|关于|对于|由于|鉴于|终于|属于|处于|网络|平安|公安|保安|黄金|现金|资金|基金)$/u;

export interface NameMatch {
  readonly from: number;
  readonly to: number;
}

function* matches(text: string, pattern: string, group: number): Generator<NameMatch & { readonly name: string }> {
  for (const match of text.matchAll(new RegExp(pattern, 'gud'))) {
    const [from, to] = match.indices?.[group] ?? [0, 0];
    yield { from, to, name: text.slice(from, to) };
  }
}

/**
 * Names of people in a folded text. Nothing tells a Chinese name from a word for certain, so only names in places where
 * names stand are found: after 姓名 or 受害人, after 居民 or at the head of a sentence before a verb, before a title, and
 * names of other peoples with their dot. 王某 and 一居民 are how to say it without a name. A name elsewhere in a sentence
 * is not found: somebody has to read the text.
 */
export function findNames(text: string): NameMatch[] {
  const found: NameMatch[] = [];
  const taken = new Uint8Array(text.length);
  const take = ({ from, to, name }: NameMatch & { readonly name: string }) => {
    if (words.test(name) || taken.subarray(from, to).includes(1)) return;
    taken.fill(1, from, to);
    found.push({ from, to });
  };
  const link = '[\\s:：,，"“「（(]{0,4}(?:是|为|系|叫)?[\\s:：,，"“「（(]{0,4}';
  for (const match of matches(text, `${label}${link}(${any}${given}{1,2})`, 1)) take(match);
  for (const match of matches(text, `(${any}${given}{0,2}${title})`, 1)) {
    const before = text.slice(Math.max(0, match.from - 2), match.from);
    if (!notSurname.test(`${before}${match.name[0] ?? ''}`)) take(match);
  }
  for (const match of matches(text, `${role}[\\s:：,，]{0,4}(${plain}${given}{1,2}?)${ending}`, 1)) take(match);
  for (const match of matches(text, `${role}[\\s:：]{0,4}([${wordSurnames}]${given}{1,2}?)${ending}`, 1)) take(match);
  const deed = '(?:被骗|被诈骗|接到|遭遇|遭到|收到|报警|误信|轻信|转账|汇款|下载|点击|在网上|在家|通过|添加|经人)';
  for (const match of matches(text, `(?:^|[，。；！？、,;:：日号\\s])(${plain}${given}{1,2}?)(?=${deed})`, 1))
    take(match);
  for (const match of matches(text, '(\\p{Script=Han}{2,12}(?:[·•‧・･]\\p{Script=Han}{2,12}){1,4})', 1)) take(match);
  return found.sort((a, b) => a.from - b.from);
}

/** Whether a short text that stands alone could be a name and nothing else. */
export const mayBeName = (text: string): boolean =>
  !words.test(text) && new RegExp(`^${plain}${given}{1,2}$`, 'u').test(text.trim());
