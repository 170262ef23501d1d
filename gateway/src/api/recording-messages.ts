/** What recordings, films and voices are refused for, and what to do. */
export const recordingSentences = {
  'upload-too-large': {
    zh: '文件太大（上限 {limitMb} MB）。请先剪短，或存成 MP3、M4A 再传。',
    en: 'The file is too large (at most {limitMb} MB). Shorten it, or save it as MP3 or M4A.',
  },
  'upload-empty': { zh: '收到的是空文件，请重新选择。', en: 'The file is empty; choose it again.' },
  'upload-cut-off': { zh: '上传中断了，请重传。', en: 'The upload broke off; send it again.' },
  'name-malformed': {
    zh: '请写 1 到 60 个字的名称，其中要有文字或数字。',
    en: 'Give it a name of 1 to 60 characters, with a letter or digit among them.',
  },
  'trim-malformed': {
    zh: '剪取的起点要在终点之前，至少留 {minMs} 毫秒。',
    en: 'The part to keep begins before it ends and lasts at least {minMs} ms.',
  },
  'recording-unknown': { zh: '没有录音“{name}”。', en: 'There is no recording “{name}”.' },
  'film-unknown': { zh: '没有视频“{name}”。', en: 'There is no film “{name}”.' },
  'media-in-use': {
    zh: '还有宣传任务在用它：{uses}。请先改用别的录音或视频，再来删除。',
    en: 'Still used by {uses}. Let them use another first, then delete it.',
  },
  'recording-missing': { zh: '录音文件不见了，请重新上传。', en: 'The file of this recording is gone; send it again.' },
  'video-missing': { zh: '视频文件不见了，请重新上传。', en: 'The file of this film is gone; send it again.' },
  'audio-silent': {
    zh: '录音里听不到说话声（{lufs} LUFS）。请检查话筒后重录。',
    en: 'Nothing can be heard in it ({lufs} LUFS). Check the microphone and record again.',
  },
  'audio-too-short': {
    zh: '太短，只有 {seconds} 秒，至少要 {minSeconds} 秒。',
    en: 'Too short: {seconds} s, and it takes at least {minSeconds} s.',
  },
  'audio-too-long': {
    zh: '太长，有 {seconds} 秒，至多 {maxSeconds} 秒。请剪取要播的一段。',
    en: 'Too long: {seconds} s, at most {maxSeconds} s. Keep only the part to be played.',
  },
  'audio-clipped': {
    zh: '录得太响，{percent}% 的声音爆音（至多 {most}%），听不清。请离话筒远一些或调低录音音量后重录。',
    en: 'Recorded too loud: {percent} % of it is cut off (at most {most} %). Move away from the microphone or turn it down, and record again.',
  },
  'audio-no-stream': { zh: '文件里没有声音。', en: 'There is no sound in this file.' },
  'audio-unreadable': {
    zh: '这不是能读的音频文件。请用 MP3、M4A、WAV、FLAC、OGG 等格式。',
    en: 'Not an audio file that can be read. Use MP3, M4A, WAV, FLAC, OGG or the like.',
  },
  'audio-damaged': {
    zh: '音频文件已损坏，读不出声音。请重新导出后再传。',
    en: 'The audio file is damaged and its sound cannot be read. Export it anew.',
  },
  'rendition-too-long': {
    zh: '对这类终端太长：{maxSeconds} 秒以内才播得了。',
    en: 'Too long for this kind of device, which plays at most {maxSeconds} s.',
  },
  'rendition-too-large': {
    zh: '对这类终端太大（{bytes} 字节，上限 {maxBytes}）。',
    en: 'Too large for this kind of device ({bytes} bytes, at most {maxBytes}).',
  },
  'rendition-loudness': {
    zh: '响度调不到 {wanted} LUFS（只到 {lufs}）：起伏太大或声音残缺，请重录。',
    en: 'It cannot be brought to {wanted} LUFS (only to {lufs}): its peaks are too far above the rest. Record it again.',
  },
  'video-unreadable': {
    zh: '这不是能读的视频文件。请用 MP4、MOV、MKV 或 WebM。',
    en: 'Not a film that can be read. Use MP4, MOV, MKV or WebM.',
  },
  'video-too-long': {
    zh: '视频太长，有 {seconds} 秒，至多 {maxSeconds} 秒。',
    en: 'The film is too long: {seconds} s, at most {maxSeconds} s.',
  },
  'video-too-large': {
    zh: '视频压缩后仍有 {bytes} 字节，上限 {maxBytes}。请剪短或降低画面细节。',
    en: 'The film still has {bytes} bytes once compressed, at most {maxBytes}. Shorten it.',
  },
  'ffmpeg-missing': { zh: '网关所在机器没有 ffmpeg，请安装：{install}', en: 'ffmpeg is not installed: {install}' },
  'espeak-missing': {
    zh: '网关所在机器没有 espeak-ng，请安装：{install}',
    en: 'espeak-ng is not installed: {install}',
  },
  'speech-empty': { zh: '没有可念的文字。', en: 'There is nothing to say in this text.' },
  'speech-no-voice': {
    zh: '没有会说{dialect}的合成语音。请上传录音，或由管理员配置语音模型；在此之前由普通话代播。',
    en: 'No voice speaks {dialect}. Send a recording, or have a voice model set up; Mandarin stands in until then.',
  },
  'speech-unreadable': {
    zh: '合成语音念不出：{parts}。请改写成能念的字，或上传录音。',
    en: 'The voice cannot say: {parts}. Write it in other words, or send a recording.',
  },
  'speech-failed': { zh: '语音合成失败，请换个说法重试。', en: 'The voice failed; try other words.' },
  'speech-timeout': { zh: '语音合成超时，请缩短文字重试。', en: 'The voice took too long; shorten the text.' },
  'voice-engine-absent': {
    zh: '已配置语音模型，但未装 sherpa-onnx。请在网关目录运行：{install}',
    en: 'A voice model is configured, but sherpa-onnx is not installed. Run in the gateway’s folder: {install}',
  },
  'voice-engine-unset': {
    zh: '没有配置语音模型。可在设置里用 voices 指定模型目录。',
    en: 'No voice models are configured; name their folder as voices in the settings.',
  },
  'voice-engine-broken': {
    zh: '语音模型引擎出错：{reason}',
    en: 'The engine of the voice models failed: {reason}',
  },
  'voice-folder-unreadable': { zh: '读不了语音目录：{reason}', en: 'The folder of voices cannot be read: {reason}' },
  'voice-folder-name': {
    zh: '子目录应以三个字母的方言代码命名，如 cmn、yue、hak。',
    en: 'A sub-folder is named by the three-letter code of its dialect, such as cmn, yue, hak.',
  },
  'voice-file-missing': {
    zh: '缺少 voice.yaml，请按说明写明模型文件。',
    en: 'voice.yaml is missing; write down there which files the model has.',
  },
  'voice-field': { zh: '{field} 写得不对：{reason}', en: '{field} is wrong: {reason}' },
  'voice-model-missing': {
    zh: '{field} 指的文件 {path} 不存在，请放进去或改正文件名。',
    en: '{field} names {path}, which is not there; put the file there or correct the name.',
  },
  'voice-model-outside': {
    zh: '{field} 指到了本方言目录之外（{path}），请把文件放进来。',
    en: '{field} points outside the folder of its dialect ({path}); put the file inside.',
  },
  'voice-model-refused': {
    zh: 'sherpa-onnx 不接受这个模型：{reason}。请核对 voice.yaml 的模型类型与文件。',
    en: 'sherpa-onnx does not take this model: {reason}. Check the kind of model and its files in voice.yaml.',
  },
  'voice-crashed': {
    zh: '语音模型在合成时崩溃，未影响网关。请重试；若仍如此，换一个模型。',
    en: 'The voice model crashed while speaking; the gateway goes on. Try again, or take another model.',
  },
  'version-missing': {
    zh: '没有{dialect}的版本，先由普通话代播。请上传录音或写下这种话的文字。',
    en: 'There is no version in {dialect}; Mandarin stands in. Record one, or write its words.',
  },
  'text-empty': { zh: '没有可显示的文字。', en: 'There is no text to show.' },
  'text-missing-characters': {
    zh: '屏上没有这些字：{characters}。请改写。',
    en: 'The sign has none of these: {characters}. Use others.',
  },
  'text-too-long': {
    zh: '文字太长（{bytes} 字节，屏上至多 1024）。',
    en: 'Too long: {bytes} bytes, and a sign holds 1024.',
  },
  'sign-too-low': {
    zh: '屏高 {rows} 点，显示不了汉字。',
    en: 'A sign {rows} dots high cannot show Chinese characters.',
  },
} as const;
