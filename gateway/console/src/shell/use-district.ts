import type { DistrictView } from '@xiaolaba/gateway/contract';
import { shallowRef } from 'vue';
import { api } from '../api/client.js';

const district = shallowRef<DistrictView>();
let asked = false;

const read = async (): Promise<void> => {
  asked = true;
  try {
    district.value = await api.district();
  } catch {
    // The next page asks again; what a page cannot do without it reads for itself.
    asked = false;
  }
};

/** The district by name and zone, read once for all pages; undefined until then. */
export const useDistrict = () => {
  if (!asked) void read();
  return district;
};
