import type { ContentProblem } from './model.js';

export type ProblemCode = keyof typeof zh;

export type Language = 'zh-CN' | 'en';

/** One sentence a code: what is wrong and how to mend it. */
const zh = {
  'directory-missing': '没有这个内容目录，请检查路径。',
  'file-missing': '缺少文件 {name}，请补上。',
  'file-unreadable': '读不了：{reason}。',
  'yaml-syntax': 'YAML 语法不对：{reason}。请检查缩进、冒号后的空格与引号。',
  'encoding-unknown': '既不是 UTF-8 也不是 GBK 编码，请在表格软件里另存为“CSV UTF-8”。',
  'csv-syntax': '表格读不懂：{reason}。请检查引号与列数。',
  'csv-empty': '表格是空的，第一行应为列名。',
  'columns-missing': '缺少列：{names}。请补上这些列名。',
  'columns-unknown': '多出不认识的列：{names}。请删去或改正列名。',
  'columns-repeated': '列名重复：{names}。每列只留一个。',
  'field-missing': '没有填写，请补上。',
  'field-unknown': '不认识的字段：{names}，请删去或改正拼写。',
  'field-type': '类型不对，应为 {expected}。',
  'field-choice': '只能填：{choices}。',
  'field-too-small': '太小或太短，至少 {limit}。',
  'field-too-large': '太大或太长，至多 {limit}。',
  'field-format': '格式不对，请对照说明改正。',
  'position-outside': '经纬度超出范围（经度 ±180，纬度 ±90）；请检查经度与纬度是否填反。',
  'time-format': '时间写法不对，请写成 07:00 这样的 24 小时制。',
  'day-format': '日期写法不对或没有这一天，请写成 2026-09-01。',
  'duration-format': '时长写法不对，请写成 30s、10m 或 1h。',
  'id-format': '编号只能用小写字母、数字和连字符，2 到 40 个字符。',
  'dialect-format': '方言请写三个小写字母的代码，如 cmn、yue、hak。',
  'number-format': '请填数字，不带单位。',
  'dialect-unknown': '没有见过方言代码“{dialect}”，请核对；常用：{choices}。',
  'id-repeated': '编号“{id}”重复，请改成唯一的编号。',
  'reference-unknown': '“{id}”不存在，请改为已有的{what}编号或先添加它。',
  'device-place': '终端类型 {profile} 不能放在 {place}，应放在 {expected}。',
  'sign-size-missing': '显示屏“{id}”没有写全屏宽、屏高，请补上。',
  'township-differs': '派出所“{station}”属于“{expected}”，与本行乡镇不符，请核对。',
  'position-empty': '坐标为 0,0，不是真实位置，请填写经纬度。',
  'route-stops-missing': '线路“{id}”没有站点，请在 route-stops.csv 里补上。',
  'route-order': '线路“{route}”的站序或时间没有递增，请核对。',
  'stop-not-served': '站点“{id}”不在任何线路上，公交播报到不了这里。',
  'window-quiet': '播放时段 {window} 在 {places} 处（共 {of} 处）整个落在静音时段里，那里不会出声，请调整。',
  'window-whole-day': '播放时段的起止时间相同，按一整天算；若本意如此，请写 00:00 到 24:00。',
  'interval-too-short': '间隔不足 10 秒，请加长。',
  'interval-too-long': '间隔比时段 {window} 还长，每个时段只播一次；若本意如此请写 once: true。',
  'item-unused': '内容“{id}”没有被任何播放安排用到，请用上或删去。',
  'item-unknown': '播放安排用到的内容“{id}”不在 items 里，请改正。',
  'mandarin-missing': '内容“{id}”没有普通话文本或录音，请补上（方言缺音时由普通话代替）。',
  'text-missing': '内容“{id}”用于显示，却没有 text，请补上。',
  'recording-outside': '录音路径 {path} 指到 audio 目录之外，请把文件放进 audio 目录。',
  'recording-missing': '没有录音文件 {path}，请放进 audio 目录或改正文件名。',
  'video-outside': '视频路径 {path} 指到 video 目录之外，请把文件放进 video 目录。',
  'video-missing': '没有视频文件 {path}，请放进 video 目录或改正文件名。',
  'video-without-text': '有视频的素材也要写文字：屏幕把文字放在视频下方，字幕屏只放文字。',
  'one-timing': 'every、once、continuous、on 四者必须且只能写一个。',
  'continuous-is-text': 'continuous 只用于文字；声音请写 every。',
  'valid-order': '开始日期在结束日期之后，请对调。',
  'calendar-outside': '{day} 不在本日历的起止日期内，请核对。',
  'calendar-conflict': '{day} 既是放假日又是调休上班日，请核对。',
  'calendar-overlap': '与 {other} 的日期重叠，同一天只能有一份日历。',
  'calendar-gap': '{from} 到 {to} 没有日历，这几天只按星期判断，请补上。',
  'zone-unknown': '不认识的时区“{zone}”，例如 Asia/Shanghai。',
  'field-placeholder': '文本里的“{name}”不是可用的字段，可用：{choices}。',
  'field-unfilled': '栏目“{name}”没有在 text 里用到，请用上或删去。',
  'sign-characters': '屏幕字符集 {charset} 里没有这些字：{characters}，请换字。',
  'sign-text-long': '文字在 {charset} 字符集里有 {bytes} 字节，屏幕最多存 1024 字节，请缩短。',
  'sign-low': '高 {rows} 点的屏幕显示不了汉字，请核对 devices.csv。',
  'audience-empty': '没有终端符合这个受众，请放宽条件。',
} as const;

const en: Readonly<Record<keyof typeof zh, string>> = {
  'directory-missing': 'There is no such content directory; check the path.',
  'file-missing': 'The file {name} is missing; add it.',
  'file-unreadable': 'Cannot be read: {reason}.',
  'yaml-syntax': 'Not valid YAML: {reason}. Check indentation, the space after a colon, and quotes.',
  'encoding-unknown': 'Neither UTF-8 nor GBK; save it as "CSV UTF-8" in the spreadsheet.',
  'csv-syntax': 'The table cannot be read: {reason}. Check quotes and the number of columns.',
  'csv-empty': 'The table is empty; its first line must hold the column names.',
  'columns-missing': 'Columns are missing: {names}. Add them.',
  'columns-unknown': 'Unknown columns: {names}. Remove or correct them.',
  'columns-repeated': 'Columns occur twice: {names}. Keep one of each.',
  'field-missing': 'Not filled in; add it.',
  'field-unknown': 'Unknown fields: {names}; remove them or correct the spelling.',
  'field-type': 'Of the wrong type; {expected} is wanted.',
  'field-choice': 'Must be one of: {choices}.',
  'field-too-small': 'Too small or too short; at least {limit}.',
  'field-too-large': 'Too large or too long; at most {limit}.',
  'field-format': 'Not in the right form; compare the description.',
  'position-outside':
    'The position is out of bounds (longitude ±180, latitude ±90); check whether the two are swapped.',
  'time-format': 'Not a time; write 24-hour time such as 07:00.',
  'day-format': 'Not a day of the calendar; write it like 2026-09-01.',
  'duration-format': 'Not a duration; write 30s, 10m or 1h.',
  'id-format': 'An id has lower-case letters, digits and hyphens only, 2 to 40 of them.',
  'dialect-format': 'Write a dialect as a code of three lower-case letters such as cmn, yue, hak.',
  'number-format': 'Fill in a number without a unit.',
  'dialect-unknown': 'Never heard of the dialect code "{dialect}"; check it. Common ones: {choices}.',
  'id-repeated': 'The id "{id}" occurs twice; make it unique.',
  'reference-unknown': 'There is no {what} "{id}"; use an existing id or add it first.',
  'device-place': 'A {profile} cannot be at {place}; it belongs at {expected}.',
  'sign-size-missing': 'The sign "{id}" lacks its columns and rows; fill in both.',
  'township-differs': 'Police station "{station}" belongs to "{expected}", not to this township; check.',
  'position-empty': 'The position 0,0 is no place; fill in longitude and latitude.',
  'route-stops-missing': 'Route "{id}" has no stops; add them in route-stops.csv.',
  'route-order': 'Order or minutes of route "{route}" do not rise; check.',
  'stop-not-served': 'Stop "{id}" is on no route: no bus announcement reaches it.',
  'window-quiet':
    'The window {window} lies wholly in quiet hours at {places} of {of} places; nothing will sound there. Move it.',
  'window-whole-day':
    'The window begins and ends at the same time and so lasts a whole day; write 00:00 to 24:00 if that is meant.',
  'interval-too-short': 'The interval is under 10 seconds; make it longer.',
  'interval-too-long':
    'The interval is longer than the window {window}: one play each; write once: true if that is meant.',
  'item-unused': 'No cue uses the item "{id}"; use it or remove it.',
  'item-unknown': 'The cue uses the item "{id}", which is not among the items; correct it.',
  'mandarin-missing':
    'Item "{id}" has no Mandarin text or recording; add one (it stands in for dialects without a voice).',
  'text-missing': 'Item "{id}" is to be shown but has no text; add one.',
  'recording-outside': 'The recording {path} lies outside the audio directory; put the file inside.',
  'recording-missing': 'There is no recording {path}; put it into the audio directory or correct the name.',
  'video-outside': 'The film {path} lies outside the video directory; put the file inside.',
  'video-missing': 'There is no film {path}; put it into the video directory or correct the name.',
  'video-without-text': 'An item with a film needs text too: a screen shows it below the film, a sign shows it alone.',
  'one-timing': 'Exactly one of every, once, continuous and on must be given.',
  'continuous-is-text': 'continuous is for text only; use every for sound.',
  'valid-order': 'The first day is after the last; swap them.',
  'calendar-outside': '{day} is not within the days of this calendar; check.',
  'calendar-conflict': '{day} is both a holiday and a make-up workday; check.',
  'calendar-overlap': 'Its days overlap those of {other}; a day has one calendar.',
  'calendar-gap': 'No calendar speaks for {from} to {to}: only weekdays count then. Add one.',
  'zone-unknown': 'Unknown time zone "{zone}"; Asia/Shanghai, for example.',
  'field-placeholder': '"{name}" is no field that a text may hold; there are: {choices}.',
  'field-unfilled': 'The field "{name}" is not used in the text; use it or remove it.',
  'sign-characters': 'The character set {charset} of a sign has none of these: {characters}; use others.',
  'sign-text-long': 'The text takes {bytes} bytes in {charset}, and a sign holds 1024; shorten it.',
  'sign-low': 'A sign {rows} pixels high cannot show Chinese characters; check devices.csv.',
  'audience-empty': 'No device fits this audience; loosen the conditions.',
};

/** Whether a text is one of the codes: schemas carry theirs as their message. */
export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(zh, text);

const catalogue: Readonly<Record<Language, Readonly<Record<string, string>>>> = { 'zh-CN': zh, en };
const severity: Readonly<Record<Language, Readonly<Record<ContentProblem['severity'], string>>>> = {
  'zh-CN': { error: '错误', warning: '提醒' },
  en: { error: 'error', warning: 'warning' },
};

/** One line: file, line, field, what is wrong and the fix. */
export function formatProblem(problem: ContentProblem, language: Language): string {
  const { file, line, field, code, details } = problem;
  const sentence = (catalogue[language][code] ?? code).replace(/\{(\w+)\}/g, (_, name: string) =>
    String(details[name] ?? ''),
  );
  const place = `${file}${line === undefined ? '' : `:${line}`}${field === undefined ? '' : ` ${field}`}`;
  return `${severity[language][problem.severity]} ${place}${language === 'en' ? ': ' : '：'}${sentence}`;
}
