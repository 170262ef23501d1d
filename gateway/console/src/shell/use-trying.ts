import { ref } from 'vue';

/** Work that a button sets off: whether it goes on, and in words what went wrong with it. */
export const useTrying = (inWords: (error: unknown) => string) => {
  const working = ref(false);
  const problem = ref('');
  const trying = async (work: () => Promise<void>): Promise<void> => {
    problem.value = '';
    working.value = true;
    try {
      await work();
    } catch (error) {
      problem.value = inWords(error);
    } finally {
      working.value = false;
    }
  };
  return { working, problem, trying };
};
