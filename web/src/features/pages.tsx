/** A list that grows page by page. */

import { createContext, Fragment, type ReactNode, useContext, useState } from 'react';
import { useI18n } from '../i18n';
import { Button } from '../ui/parts';

const More = createContext<(cursor: string) => boolean>(() => false);

/** Draws `page` for the first page and for every page that was asked for. */
export function Pages({
  page,
}: {
  page: (cursor: string | undefined, first: boolean) => ReactNode;
}) {
  const [cursors, setCursors] = useState<string[]>([]);
  return (
    <div className="stack">
      <More.Provider
        value={(cursor) => {
          if (cursors.includes(cursor)) return false;
          setCursors([...cursors, cursor]);
          return true;
        }}
      >
        {[undefined, ...cursors].map((cursor, place) => (
          <Fragment key={cursor ?? ''}>{page(cursor, place === 0)}</Fragment>
        ))}
      </More.Provider>
    </div>
  );
}

/** The button under a page that is not the last one. */
Pages.More = function MoreButton({ cursor }: { cursor: string | null | undefined }) {
  const { t } = useI18n();
  const ask = useContext(More);
  const [asked, setAsked] = useState(false);
  if (!cursor || asked) return null;
  return (
    <div className="buttons">
      <Button onClick={() => setAsked(ask(cursor))}>{t.common.more}</Button>
    </div>
  );
};
