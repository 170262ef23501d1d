/** DESIGN: protocol ← device ← simulator, protocol ← gateway; gateway and device never meet but in the simulator. */
const tests = '\\.(test|e2e\\.test|bench)\\.ts$|/testing/';
const forbid = (name, comment, from, to, extra = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests, ...extra },
  to,
});

module.exports = {
  forbidden: [
    forbid(
      'protocol-is-pure',
      'no I/O, no timers, no other package',
      '^protocol/src',
      {
        path: '^(node:)?(fs|net|http|https|child_process|timers|dgram|worker_threads)(/|$)|^(gateway|device|simulator|cli)/',
      },
      { pathNot: `${tests}|^protocol/src/vectors/` },
    ),
    forbid('gateway-not-device', 'they meet only over the wire', '^gateway/(src|console)', {
      path: '^(device|simulator|cli)/',
    }),
    forbid('device-not-gateway', 'a device must install without the gateway', '^device/src', {
      path: '^(gateway|simulator|cli)/',
    }),
    forbid(
      'console-takes-types-only',
      'the console must not pull the gateway into the browser',
      '^gateway/console/src',
      { path: '^gateway/src', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'bench-page-takes-types-only',
      'the page must not pull the simulator into the browser',
      '^simulator/bench-page/src',
      { path: '^(simulator/src|device|gateway/src|protocol)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'adapters-only-in-main',
      'the one file that imports fluent-ffmpeg',
      '^gateway/src/(?!library/audio-tool\\.ts)',
      { path: 'node_modules/fluent-ffmpeg' },
    ),
    forbid(
      'board-behind-ports',
      'boards and serial lines only behind their ports',
      '^device/src/(?!peripherals|adapters|main\\.ts|serial\\.ts|commands)',
      {
        path: 'node_modules/(johnny-five|firmata-io|serialport)',
      },
    ),
    {
      name: 'no-circles',
      severity: 'error',
      from: { pathNot: tests },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      conditionNames: ['@xiaolaba/source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.vue', '.json'],
    },
  },
};
