import type { CheckId } from './check-ids.js';
import type { FailureCode, SkipCode } from './verdict.js';

export type Language = 'zh' | 'en';

export interface CheckText {
  readonly title: string;
  /** What a pass proves, and how. */
  readonly proves: string;
  /** What it doesn't. */
  readonly limits: string;
}

const t = (title: string, proves: string, limits: string): CheckText => ({ title, proves, limits });

const wireOnly = { zh: '只看网上消息，不听喇叭。', en: 'By the wire alone: nobody listens at the horn.' };
const refusalToldZh = '以进度消息和生效记录为准。';
const refusalToldEn = 'As told in progress messages and in the record of what is in force.';

const zh: Readonly<Record<CheckId, CheckText>> = {
  enrolment: t('注册', '认领码只用一次；凭密钥登录；遗嘱消息带当前启动号。', '看不到密钥在设备里怎样保管。'),
  'hello-first': t('先报到', '断线重连后第一条消息是 hello，类型、输出、屏幕与启动号相符。', '固件版本不作判断。'),
  'beat-rate': t('心跳间隔', '空闲时心跳间隔不超过约定的一倍半，也不过密。', '只观察两三个周期。'),
  'approved-plays': t('批准的才播', '已签名的发布单取回、生效、按时播完，播放记录与签名内容相符。', wireOnly.zh),
  'text-shown': t('屏幕显示', '文字按时显示满一段，并有记录。', '真实屏幕上的字要有人看。'),
  trigger: t('触发播放', '开锁或到站后播放，记录写明触发原因。', '只有模拟设备能自动触发。'),
  'release-unsigned': t(
    '拒绝无签名',
    '没有签名、签名不符、类型不符的发布单都被拒绝，同批合格的照常生效。',
    refusalToldZh,
  ),
  'release-foreign-key': t('拒绝外人签名', '外人和网关自己签的发布单都被拒绝：网关被劫持也放不出声音。', refusalToldZh),
  'release-foreign-place': t('拒绝外地内容', '不是给本点位或本类设备批准的发布单被拒绝。', refusalToldZh),
  'release-rolled-back': t('拒绝旧版发布单', '同一任务的低修订号被拒绝。', refusalToldZh),
  'assignment-foreign-device': t('拒绝别人的下发单', '给别的设备、别的点位的下发单被拒绝。', refusalToldZh),
  'assignment-foreign-gateway': t('拒绝别的网关', '不是本网关密钥签的下发单被拒绝。', refusalToldZh),
  'assignment-expired': t('拒绝过期下发单', '已过截止时间的下发单被拒绝。', refusalToldZh),
  'assignment-rolled-back': t('拒绝旧下发单', '版本号不高于已收的下发单被拒绝。', refusalToldZh),
  'unknown-fields': t('拒绝未知字段', '签名正确但多一个字段的下发单被拒绝。', '只试一个字段。'),
  oversized: t('拒绝超大', '超过 256 KiB 的消息不生效；比声明更长的文件被拒绝。', '没有把存储真正写满。'),
  'blob-corrupt': t('拒绝坏文件', '有一位翻转的文件被拒绝，其余照常生效。', refusalToldZh),
  'blob-resume': t('断点续传', '下载断开后从断处接着要，不从头再取。', '只断一次。'),
  'blob-chunks': t('分片取文件', '没有 HTTP 的锁经 MQTT 分片取回文件并播放。', '未模拟分片损坏。'),
  'quiet-hours': t('静音时段', '静音时段内普通内容不出声，准许打破静音的紧急插播照播；时段一过恢复。', wireOnly.zh),
  'volume-cap': t('音量上限', '上限 30 时记录的音量不超过 30；上限 0 时不出声。', '音量以设备自报为准，不是分贝。'),
  'clock-jump': t(
    '时钟不可信',
    '网关时间相差一小时后，设备报告时钟不可信并停播定时内容；核对一致后恢复。',
    '没有真正拨动设备的时钟。',
  ),
  'offline-play': t('离线照播', '断网期间照常播放，恢复后补报，记录链完整。', '只断约半分钟。'),
  'stop-order': t(
    '停播令',
    '审批人的停播令立即生效，重连（模拟设备为断电重启）后仍生效，只有更高的令解除。',
    '真实设备的断电要有人拔插。',
  ),
  'stop-forged': t('伪造停播令', '外人的停播或解除、低版本的解除都不起作用。', wireOnly.zh),
  'ack-missing': t('未确认重发', '没有确认的记录逐字重发，确认之前不删除。', '不看设备的存储。'),
  'ack-repeated': t('重复确认', '重复、陈旧、越界的确认不丢记录，也不卡住。', '不看设备的存储。'),
  'record-chain': t('记录链', '多批记录首尾相接，签名有效，无一条不合格。', '只看本次运行的记录。'),
  garbage: t('乱码', '各下行主题上的乱码既不断线也不重启，随后照常工作。', '乱码的样子有限；另有模糊测试。'),
};

const en: Readonly<Record<CheckId, CheckText>> = {
  enrolment: t(
    'Enrolment',
    'A claim code is used once; log-in is by secret; the last will bears the present boot.',
    'How the device keeps its key can not be seen.',
  ),
  'hello-first': t(
    'Hello first',
    'After a reconnect the first message is hello, and profile, outputs, sign and boot are right.',
    'The firmware version is not judged.',
  ),
  'beat-rate': t(
    'Beat rate',
    'Idle, beats come within one and a half periods, and not too many.',
    'Two or three periods.',
  ),
  'approved-plays': t(
    'The approved plays',
    'A signed release is fetched, comes into force, plays whole and in time, and its record agrees.',
    wireOnly.en,
  ),
  'text-shown': t(
    'Text shown',
    'Text is shown for its whole time, and recorded.',
    'What a real sign shows, people must see.',
  ),
  trigger: t(
    'Trigger',
    'Unlocking, or arriving at a stop, sets off a play whose record says why.',
    'Only a simulated device can be set off from here.',
  ),
  'release-unsigned': t(
    'Unsigned refused',
    'Releases without a signature, with a false one, or signed as another type are refused; the good one among them is not.',
    refusalToldEn,
  ),
  'release-foreign-key': t(
    'Foreign key refused',
    'Releases signed by a stranger, or by the gateway itself, are refused: a hijacked gateway makes no sound.',
    refusalToldEn,
  ),
  'release-foreign-place': t(
    'Foreign place refused',
    'Releases approved for another place or another kind of device are refused.',
    refusalToldEn,
  ),
  'release-rolled-back': t('Older release refused', 'A lower revision of the same campaign is refused.', refusalToldEn),
  'assignment-foreign-device': t(
    "Others' assignment refused",
    'Assignments for another device or another place are refused.',
    refusalToldEn,
  ),
  'assignment-foreign-gateway': t(
    'Other gateway refused',
    'An assignment signed by another key than the gateway’s is refused.',
    refusalToldEn,
  ),
  'assignment-expired': t('Expired assignment refused', 'An assignment past its end is refused.', refusalToldEn),
  'assignment-rolled-back': t(
    'Older assignment refused',
    'An assignment with a version not above the last one is refused.',
    refusalToldEn,
  ),
  'unknown-fields': t(
    'Unknown fields refused',
    'An assignment that is signed rightly and has one more field is refused.',
    'One field is tried.',
  ),
  oversized: t(
    'Oversized refused',
    'A message beyond 256 KiB has no effect; a file longer than announced is refused.',
    'The storage is not really filled.',
  ),
  'blob-corrupt': t(
    'Corrupt file refused',
    'A file with one flipped bit is refused; the rest comes into force.',
    refusalToldEn,
  ),
  'blob-resume': t(
    'Resume',
    'A download that broke off goes on from there, not from the beginning.',
    'It breaks off once.',
  ),
  'blob-chunks': t(
    'Files in chunks',
    'A lock without HTTP fetches its files in chunks over MQTT, and plays them.',
    'No chunk is spoilt.',
  ),
  'quiet-hours': t(
    'Quiet hours',
    'In quiet hours nothing usual sounds, while an alert that may break them does; afterwards it sounds again.',
    wireOnly.en,
  ),
  'volume-cap': t(
    'Volume cap',
    'With a cap of 30 the recorded volume is at most 30; with 0 there is no sound.',
    'The volume is what the device says, and no decibels.',
  ),
  'clock-jump': t(
    'Untrusted clock',
    'When the gateway’s time differs by an hour the device says that its clock is not trusted and is silent for timed cues, until they agree.',
    'Nobody really turns the device’s clock.',
  ),
  'offline-play': t(
    'Plays offline',
    'With the link cut it plays on, and reports it all afterwards in an unbroken chain.',
    'The cut lasts half a minute.',
  ),
  'stop-order': t(
    'Stop order',
    'An approver’s stop silences at once, outlasts a reconnect (a simulated device: a power cut), and only a higher order lifts it.',
    'Somebody has to pull the plug of a real one.',
  ),
  'stop-forged': t(
    'Forged stop order',
    'A stranger’s stop or lifting, and a lifting of a lower version, do nothing.',
    wireOnly.en,
  ),
  'ack-missing': t(
    'Sent again',
    'Records that nobody acknowledged come again word for word; nothing is removed before.',
    'The storage of the device can not be seen.',
  ),
  'ack-repeated': t(
    'Acknowledged again',
    'Acknowledgements that are repeated, old or beyond the end lose no record and hold none up.',
    'The storage of the device can not be seen.',
  ),
  'record-chain': t(
    'Record chain',
    'Batches join without a gap, the signatures are good, and no line is rejected.',
    'The records of this run only.',
  ),
  garbage: t(
    'Garbage',
    'Garbage on every down topic neither breaks the connection nor restarts the device, which then works on.',
    'There is other garbage; see the fuzzer.',
  ),
};

export const checkText: Readonly<Record<Language, Readonly<Record<CheckId, CheckText>>>> = { zh, en };

type Pair = readonly [zh: string, en: string];

export const codeText: Readonly<Record<FailureCode | SkipCode, Pair>> = {
  'not-connected': ['没有连上', 'it did not connect'],
  'claim-spent-again': ['认领码又用了一次', 'the claim code was sent again'],
  'no-last-will': ['断线后没有遗嘱消息', 'no last will after the connection broke'],
  'no-hello': ['没有 hello', 'no hello'],
  'hello-late': ['hello 不是第一条', 'hello was not the first message'],
  'hello-wrong': ['hello 内容不符', 'hello does not agree with the device'],
  'beats-slow': ['心跳太稀', 'beats too far apart'],
  'beats-many': ['心跳太密', 'too many beats'],
  'not-activated': ['下发单没有生效', 'the assignment did not come into force'],
  'does-not-play': ['该播没播', 'it did not play what was due'],
  'played-wrong': ['播的与批准的不符', 'it played otherwise than approved'],
  'not-shown': ['记录说显示了，屏上没有', 'recorded as shown, and not on the sign'],
  'no-refusal': ['没有报告拒绝', 'it told no refusal'],
  accepted: ['接受了该拒绝的', 'it took what it must refuse'],
  sounded: ['不该出声时出了声', 'it sounded when it must not'],
  'too-loud': ['超过音量上限', 'louder than the cap'],
  'volume-untold': ['记录里没有音量', 'the record tells no volume'],
  'fetched-again': ['没有从断处续传', 'it did not go on where the download broke off'],
  'asked-wrongly': ['要文件的方式不合规', 'it asked for files in a wrong way'],
  'clock-not-doubted': ['没有报告时钟不可信', 'it did not say that its clock is not trusted'],
  'clock-not-regained': ['时钟核对一致后没有恢复', 'it did not trust its clock again'],
  'nothing-offline': ['断网期间的播放没有补报', 'nothing was reported from the time without a link'],
  'stop-ignored': ['不听停播令', 'it ignored the stop order'],
  'stop-forgotten': ['重连或重启后忘了停播令', 'it forgot the stop order'],
  'forgery-obeyed': ['听从了伪造的停播令', 'it obeyed a forged order'],
  'not-repeated': ['未确认的记录没有重发', 'records without an acknowledgement did not come again'],
  'repeated-otherwise': ['重发的记录变了样', 'the records came again otherwise'],
  stuck: ['此后不再工作', 'nothing more came from it'],
  'chain-broken': ['记录链断了', 'the chain of records is broken'],
  'record-refused': ['有记录不合格', 'a record was refused'],
  'no-boot-record': ['首条记录不是启动', 'the first record is not of the boot'],
  disconnected: ['断了线', 'it broke the connection'],
  rebooted: ['重启了', 'it restarted'],
  threw: ['设备程序出错', 'the device code threw'],
  'bench-failed': ['检测台自身出错', 'the bench itself failed'],
  'no-audio': ['这类设备不出声', 'this profile has no sound'],
  'no-text': ['这类设备没有屏幕', 'this profile has no sign'],
  'no-trigger': ['这类设备没有触发', 'this profile has no trigger'],
  'needs-hand': ['要有人动手（开锁、开车）', 'somebody would have to unlock it, or drive'],
  'files-over-http': ['设备经 HTTP 取文件', 'the device fetches its files over HTTP'],
  'not-bike-lock': ['只有车锁没有 HTTP', 'only locks are without HTTP'],
  aborted: ['中途停止', 'the run was called off'],
};

export const codeIn = (language: Language, code: FailureCode | SkipCode): string =>
  codeText[code][language === 'zh' ? 0 : 1];
