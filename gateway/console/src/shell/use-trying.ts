import { ref, shallowRef } from 'vue';

/** Work that a button sets off: whether it goes on, and what went wrong with it, as it is to be told. */
export const useTrying = <Told>(told: (error: unknown) => Told) => {
  const working = ref(false);
  const problem = shallowRef<Told>();
  const trying = async (work: () => Promise<unknown>): Promise<void> => {
    problem.value = undefined;
    working.value = true;
    try {
      await work();
    } catch (error) {
      problem.value = told(error);
    } finally {
      working.value = false;
    }
  };
  return { working, problem, trying };
};
