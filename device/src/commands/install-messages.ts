import type { InstallProblem } from '../install/preconditions.js';
import type { Language } from './messages.js';

interface Catalogue {
  readonly refused: string;
  readonly problems: Readonly<Record<InstallProblem['code'], (problem: InstallProblem) => string>>;
  readonly hint: (command: string) => string;
  /** Not there now; it may be plugged in later. */
  readonly unplugged: (port: string) => string;
  readonly written: (path: string) => string;
  readonly next: string;
  readonly unwritable: (path: string) => string;
}

export const installMessages: Readonly<Record<Language, Catalogue>> = {
  'zh-CN': {
    refused: '还不能安装为系统服务：',
    problems: {
      'user-missing': ({ what }) => `没有用户 ${what}`,
      'group-missing': ({ what }) => `没有用户组 ${what}`,
      'path-relative': ({ what, path }) => `${what}：${path} 不是绝对路径，服务不在当前目录下启动`,
      'path-temporary': ({ what, path }) => `${what}：${path} 在临时目录里，服务看不到`,
      'path-missing': ({ what, path }) => `${what}：没有 ${path}`,
      'path-unreadable': ({ what, path }) => `${what}：该用户读不到 ${path}`,
      'data-unwritable': ({ path }) => `data：该用户写不进 ${path}`,
      'outside-data': ({ what, path }) => `${what}：${path} 不在数据目录里，服务写不进去`,
      'program-missing': ({ what }) => `没有安装程序 ${what}`,
    },
    hint: (command) => `可执行：${command}`,
    unplugged: (port) => `提示：串口 ${port} 现在没有接上`,
    written: (path) => `已写入 ${path}`,
    next: '接下来执行：',
    unwritable: (path) => `写不进 ${path}，请用 sudo 再试，或用 --print 打印出来`,
  },
  en: {
    refused: "It can't be installed as a service yet:",
    problems: {
      'user-missing': ({ what }) => `there is no user ${what}`,
      'group-missing': ({ what }) => `there is no group ${what}`,
      'path-relative': ({ what, path }) => `${what}: ${path} is not absolute; a service starts elsewhere`,
      'path-temporary': ({ what, path }) => `${what}: ${path} is in a temporary folder, which the service does not see`,
      'path-missing': ({ what, path }) => `${what}: there is no ${path}`,
      'path-unreadable': ({ what, path }) => `${what}: that user can't read ${path}`,
      'data-unwritable': ({ path }) => `data: that user can't write to ${path}`,
      'outside-data': ({ what, path }) => `${what}: ${path} is outside the data folder; the service can't write there`,
      'program-missing': ({ what }) => `the program ${what} is not installed`,
    },
    hint: (command) => `try: ${command}`,
    unplugged: (port) => `Note: the serial port ${port} is not there now`,
    written: (path) => `Written: ${path}`,
    next: 'Next:',
    unwritable: (path) => `Can't write ${path}; try again with sudo, or print it with --print`,
  },
};
