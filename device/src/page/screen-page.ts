/**
 * The full-screen page for a bus screen: what is on, large, over a loop of pictures where the release brings one.
 * It stands alone: a kiosk browser on the same board loads it from the device and nothing from anywhere else.
 */
export const screenPage = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>小喇叭</title>
<style>
  :root { --ticker: 16vmin; color-scheme: dark; --ink: #f6f4ee; --ground: #0b1f1a; --accent: #f2b84b; }
  * { box-sizing: border-box; }
  html, body { margin: 0; height: 100%; overflow: hidden; background: #000; color: var(--ink);
    font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; cursor: none; }
  body { display: grid; }
  main { grid-area: 1 / 1; display: grid; grid-template-rows: 1fr auto; background: var(--ground); opacity: 0; transition: opacity .4s; }
  main.on { opacity: 1; }
  main.film { background: none; }
  video { grid-area: 1 / 1; width: 100%; height: calc(100vh - var(--ticker)); object-fit: contain; opacity: 0; transition: opacity .4s; }
  video.on { opacity: 1; }
  .words { align-self: center; padding: 6vmin 8vmin; font-weight: 700; line-height: 1.35; text-wrap: balance;
    overflow-wrap: anywhere; text-align: center; }
  main.film .words { display: none; }
  .ticker { grid-row: 2; overflow: hidden; white-space: nowrap; background: #000c; border-top: .6vmin solid var(--accent);
    font-size: 9vmin; height: var(--ticker); line-height: calc(var(--ticker) - .6vmin); }
  .ticker span { display: inline-block; padding-left: 100vw; will-change: transform; }
  main:not(.film) .ticker { display: none; }
</style>
</head>
<body>
<video muted playsinline loop></video>
<main><div class="words" lang="zh-CN"></div><div class="ticker"><span></span></div></main>
<script>
  const main = document.querySelector('main');
  const words = document.querySelector('.words');
  const ticker = document.querySelector('.ticker span');
  const video = document.querySelector('video');
  let shown;
  let run;

  // As large as the text allows: a passenger reads it from the back of the bus.
  function fit(text) {
    const length = Math.max(4, [...text].length);
    const size = Math.sqrt((innerWidth * innerHeight * 0.5) / (length * 1.35));
    words.style.fontSize = Math.max(20, Math.min(size, innerHeight * 0.28)) + 'px';
  }

  function scroll() {
    run?.cancel();
    const distance = ticker.getBoundingClientRect().width;
    run = ticker.animate([{ transform: 'translateX(0)' }, { transform: 'translateX(-100%)' }],
      { duration: (distance / (innerWidth / 8)) * 1000, iterations: Infinity });
  }

  async function show(state) {
    shown = state;
    const text = state.text ?? '';
    words.textContent = text;
    ticker.textContent = text;
    fit(text);
    main.classList.toggle('on', text !== '');
    const film = state.video ? '/video/' + state.video : undefined;
    main.classList.toggle('film', Boolean(film));
    video.classList.toggle('on', Boolean(film));
    if (film && !video.src.endsWith(film)) video.src = film;
    if (film) { await video.play().catch(() => {}); scroll(); } else { video.pause(); video.removeAttribute('src'); run?.cancel(); }
    confirm();
  }

  // What is hidden or not drawn yet isn't shown: the device takes only this for an answer.
  function confirm() {
    const id = shown?.id;
    if (id === undefined || document.visibilityState !== 'visible') return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      fetch('/shown', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id }) })
        .catch(() => {});
    }));
  }

  addEventListener('resize', () => shown && show(shown));
  document.addEventListener('visibilitychange', confirm);
  setInterval(confirm, 5000);
  new EventSource('/events').onmessage = (event) => show(JSON.parse(event.data));
</script>
</body>
</html>
`;
