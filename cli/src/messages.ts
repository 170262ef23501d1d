import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import type { Language } from './language.js';

interface Texts {
  overview(commands: readonly CommandSpec[], missing: readonly string[]): string;
  usage(command: CommandSpec): string;
  unknownCommand(name: string, missing: readonly string[]): string;
  badArguments(reason: string): string;
  failed(code: string, reason: string): string;
}

const list = (commands: readonly CommandSpec[], language: 'zh' | 'en'): string =>
  commands.map((command) => `  ${command.name.padEnd(16)}${command.summary[language]}`).join('\n');

export const texts: Readonly<Record<Language, Texts>> = {
  'zh-CN': {
    overview: (commands, missing) =>
      `小喇叭：让反诈宣传在公共场所响起来，并证明确实响过。\n\n用法：xiaolaba <命令> [选项]\n\n${list(commands, 'zh')}\n\n每条命令的用法：xiaolaba help <命令>。English: --lang en\n${
        missing.length > 0 ? `本机未安装：${missing.join('、')}（其命令不在上面）\n` : ''
      }`,
    usage: (command) => `${command.summary.zh}\n\n${command.usage.zh.trimEnd()}\n`,
    unknownCommand: (name, missing) =>
      `没有“${name}”这条命令。运行 xiaolaba help 看有哪些。${missing.length > 0 ? `（本机未安装 ${missing.join('、')}）` : ''}\n`,
    badArguments: (reason) => `选项不对：${reason}\n加 --help 看用法。\n`,
    failed: (code, reason) => `出错（${code}）：${reason}\n`,
  },
  en: {
    overview: (commands, missing) =>
      `Xiaolaba puts anti-fraud announcements on air in public places, and proves that they were heard there.\n\nUsage: xiaolaba <command> [options]\n\n${list(commands, 'en')}\n\nHow to use a command: xiaolaba help <command>. 中文：--lang zh\n${
        missing.length > 0 ? `Not installed here: ${missing.join(', ')} (their commands are not listed)\n` : ''
      }`,
    usage: (command) => `${command.summary.en}\n\n${command.usage.en.trimEnd()}\n`,
    unknownCommand: (name, missing) =>
      `There is no command "${name}"; xiaolaba help lists them.${missing.length > 0 ? ` (not installed here: ${missing.join(', ')})` : ''}\n`,
    badArguments: (reason) => `Bad options: ${reason}\n--help shows the usage.\n`,
    failed: (code, reason) => `Failed (${code}): ${reason}\n`,
  },
};
