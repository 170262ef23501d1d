/** What the console and the bench must look alike in, from the one place where it is said. */

export { stateEdge, stateFill, stateSign } from '../../../../gateway/console/src/coverage/evidence.js';
export { applyTheme, theme, themes } from '../../../../gateway/console/src/shell/theme.js';
export { splitDuration } from '../../../../gateway/console/src/shell/time.js';
