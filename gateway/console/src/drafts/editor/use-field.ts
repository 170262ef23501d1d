import { fieldId, problemsId } from './field-ids.js';
import { useFieldLook } from './use-look.js';

/** What an element needs to be known as a field and to say what is wrong with it. */
export const useField = () => {
  const look = useFieldLook();
  return {
    attributes: (field: string) => {
      const problems = look.at(field);
      return {
        id: fieldId(field),
        'aria-invalid': problems.some(({ severity }) => severity === 'error'),
        'aria-describedby': problems.length > 0 ? problemsId(field) : undefined,
      };
    },
  };
};
