/** Serial ports of this machine; none where the system can't tell (listing needs `udevadm` on Linux). */
export async function serialPorts(): Promise<readonly string[]> {
  try {
    const { SerialPort } = await import('serialport');
    return (await SerialPort.list()).map(({ path }) => path);
  } catch {
    return [];
  }
}
