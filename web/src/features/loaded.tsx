/** A query's states: loading, failed with a way to try again, and ready. */

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/problems';
import { useI18n } from '../i18n';
import { Skeleton } from '../ui/page';
import { Banner, Button, Reference } from '../ui/parts';
import { problemText } from './form';

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, skeleton, children }: LoadedProps<T>) {
  const { data, error } = query;
  if (data !== undefined) {
    return (
      <>
        {error && <Stale query={query} />}
        {children(data)}
      </>
    );
  }
  if (error) return <Failed error={error} retry={query} />;
  return skeleton ?? <Skeleton />;
}

/** What is shown is the last answer; the newest request failed. */
function Stale({ query }: { query: UseQueryResult<unknown> }) {
  const { t, f } = useI18n();
  return (
    <Banner tone="warn" live>
      <p>{t.common.lastChecked(f.clock(query.dataUpdatedAt))}</p>
      <Button kind="plain" busy={query.isFetching} onClick={() => void query.refetch()}>
        {t.common.retry}
      </Button>
    </Banner>
  );
}

export function Failed({
  error,
  retry,
}: {
  error: unknown;
  retry: Pick<UseQueryResult<unknown>, 'isFetching' | 'refetch'>;
}) {
  const { t } = useI18n();
  const known = error instanceof ApiError ? error : undefined;
  return (
    <div className="panel" role="alert">
      <h2>{t.error.load}</h2>
      <p>{known ? problemText(known, t) : t.problems.unreadable}</p>
      {known && <Reference id={known.problem.instance} />}
      <div className="buttons">
        <Button busy={retry.isFetching} onClick={() => void retry.refetch()}>
          {retry.isFetching ? t.common.working : t.common.retry}
        </Button>
      </div>
    </div>
  );
}

/** There is nothing of that name, or the address is no proper one. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 422);
}
