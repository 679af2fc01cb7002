/** The choice of a language: of the pages on this device, and of the account's mails. */

import { useMutation } from '@tanstack/react-query';
import { api, must } from '../api/client';
import type { Lang } from '../config';
import { useI18n } from '../i18n';
import { queries } from './queries';
import { useSignedIn } from './session';

/** `failed`: the pages have the language, the mails keep the former one. */
export function useLanguage(): { choose: (lang: Lang) => void; failed: boolean } {
  const { choose } = useI18n();
  const signedIn = useSignedIn();
  const mails = useMutation({
    mutationFn: (language: Lang) => must(api.PATCH('/me', { body: { language } })),
    onSuccess: (me) => queries.setQueryData(['me'], me),
  });
  return {
    choose: (lang) => {
      choose(lang);
      if (signedIn) mails.mutate(lang);
    },
    failed: mails.isError,
  };
}
