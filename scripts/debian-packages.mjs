/** Something that whoever starts the product has to mend; its message is for them. */
export class SetupError extends Error {}

/**
 * Installs the packages of missing programs as root or through a sudo that asks nothing; otherwise throws a
 * SetupError that holds the one line to type. `missing` has pairs of program and package.
 */
export function installDebianPackages(missing, { isRoot, isOnPath, run }, say) {
  const packages = missing.map(([, name]) => name);
  const line = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
  if (!isOnPath('apt-get')) {
    const names = missing.map(([program]) => program).join(', ');
    throw new SetupError(
      `缺少程序，请用本机的软件包管理器安装： / Install these programs with this system's package manager:\n  ${names}`,
    );
  }
  const maySudo = () => isOnPath('sudo') && run('sudo', ['-n', 'true'], { stdio: 'ignore' });
  if (!isRoot && !maySudo()) {
    throw new SetupError(
      `请先运行这一行，再重试： / Run this line, then try again:\n  sudo apt-get update && sudo ${line.join(' ')}`,
    );
  }
  say(`· 安装系统软件包 / installing Debian packages: ${packages.join(' ')}`);
  const [command, ...before] = [...(isRoot ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive'];
  const apt = (args) => run(command, [...before, ...args], { stdio: ['ignore', 'ignore', 2] });
  // Stale lists may still name what is wanted: only the installation itself must succeed.
  apt(['apt-get', 'update', '-qq']);
  if (!apt(line)) {
    throw new SetupError(
      `安装失败，请手工运行： / Installation failed, run by hand:\n  ${isRoot ? '' : 'sudo '}${line.join(' ')}`,
    );
  }
}
