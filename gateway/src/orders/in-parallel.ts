/** Does all of it, so much at once; rejects with the first that fails, after which nothing new begins. */
export async function inParallel(work: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let doing = work[next++]; doing; doing = work[next++]) {
      try {
        await doing();
      } catch (error) {
        next = work.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, work.length) }, lane));
}
