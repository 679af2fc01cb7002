/** The catalogue: by category, sorted, and for customers what they can have at their address. */

import { Link, useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { config } from '../config';
import { Loaded } from '../features/loaded';
import type { Product } from '../features/price';
import { ReasonList } from '../features/reason-list';
import {
  byCategory,
  CATEGORIES,
  type Eligibility,
  type Other,
  SORTS,
  type Sort,
  sorted,
  useShop,
} from '../features/shop';
import { Price, TaxNote } from '../features/show-price';
import { useI18n } from '../i18n';
import { Page, Skeleton } from '../ui/page';
import { Banner, Chip, Empty } from '../ui/parts';

type Category = Product['category'];

const isCategory = (value: string | null): value is Category =>
  CATEGORIES.some((category) => category === value);
const isSort = (value: string | null): value is Sort => SORTS.some((sort) => sort === value);

/** `hero`: with the greeting for visitors, at `/`. */
export function CatalogPage({ hero = false }: { hero?: boolean }) {
  const { t } = useI18n();
  const query = new URLSearchParams(useSearch());
  const wanted = query.get('category');
  const order = query.get('sort');
  const category = isCategory(wanted) ? wanted : undefined;
  const sort = isSort(order) ? order : 'recommended';
  const shop = useShop();
  return (
    <Page
      title={hero ? t.home.title : t.catalogue.title}
      lead={hero ? t.home.lead : undefined}
      {...(hero ? { className: 'home' } : {})}
    >
      <Filters category={category} sort={hero ? undefined : sort} products={shop.products} />
      <Loaded query={shop.query} skeleton={<Skeleton rows={6} shape="tile" />}>
        {() => (
          <>
            {shop.eligibility && <EligibilityNote eligibility={shop.eligibility} />}
            <Groups products={shop.products ?? []} category={category} sort={sort} some={hero} />
            {shop.eligibility && (
              <Unavailable
                products={shop.others.filter(
                  ({ product }) => !category || product?.category === category,
                )}
                eligibility={shop.eligibility}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

const inCategory = (products: Product[], category: Category | undefined) =>
  category ? products.filter((product) => product.category === category) : products;

/** The address of the catalogue with these choices; defaults are left out. */
function pathOf(category: Category | undefined, sort: Sort): string {
  const query = new URLSearchParams();
  if (category) query.set('category', category);
  if (sort !== 'recommended') query.set('sort', sort);
  const text = query.toString();
  return text ? `/catalog?${text}` : '/catalog';
}

/** Without `sort`: nothing to sort by. */
function Filters({
  category,
  sort,
  products,
}: {
  category: Category | undefined;
  sort: Sort | undefined;
  products: Product[] | undefined;
}) {
  const { t } = useI18n();
  // Before the answer all categories are there, so that nothing moves when it comes.
  const offered = CATEGORIES.filter(
    (name) => !products || name === category || products.some((p) => p.category === name),
  );
  return (
    <div className="filters no-print">
      <nav aria-label={t.catalogue.filter}>
        <ul>
          {[undefined, ...offered].map((name) => (
            <li key={name ?? ''}>
              <Link
                className="tab"
                href={pathOf(name, sort ?? 'recommended')}
                aria-current={name === category ? 'true' : undefined}
              >
                {name ? t.catalogue.category[name] : t.catalogue.all}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {sort && (
        <label className="sort">
          <span>{t.catalogue.sort}</span>
          <select
            value={sort}
            onChange={({ currentTarget }) => {
              if (isSort(currentTarget.value)) {
                navigate(pathOf(category, currentTarget.value), { replace: true });
              }
            }}
          >
            {SORTS.map((name) => (
              <option key={name} value={name}>
                {t.catalogue.sorts[name]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

function EligibilityNote({ eligibility }: { eligibility: Eligibility }) {
  const { t } = useI18n();
  if (eligibility.status === 'unknown') {
    return (
      <Banner tone="warn">
        <p>{t.catalogue.unknown}</p>
      </Banner>
    );
  }
  const { dwelling, tier, region } = eligibility;
  const known = [
    dwelling && (t.catalogue.dwelling[dwelling] ?? dwelling),
    tier && (t.catalogue.tier[tier] ?? tier),
    region,
  ].filter(Boolean);
  return (
    <p className="quiet">
      {t.catalogue.forYou} {known.join(' · ')}
    </p>
  );
}

/** `some`: a few of each category, and the way to all. */
function Groups({
  products,
  category,
  sort,
  some,
}: {
  products: Product[];
  category: Category | undefined;
  sort: Sort;
  some: boolean;
}) {
  const { t } = useI18n();
  const groups = byCategory(sorted(inCategory(products, category), sort));
  if (groups.length === 0) {
    return (
      <Empty title={t.catalogue.empty}>
        {category && <Link href="/catalog">{t.catalogue.all}</Link>}
      </Empty>
    );
  }
  return (
    <>
      {groups.map(([name, items]) => (
        <section key={name} className="group" aria-labelledby={`category-${name}`}>
          <div className="group-head">
            <h2 id={`category-${name}`}>{t.catalogue.category[name]}</h2>
            <p>{t.catalogue.categoryText[name]}</p>
          </div>
          <ul className="cards">
            {(some ? popularFirst(items).slice(0, SOME) : items).map((product) => (
              <Card key={product.sku} product={product} />
            ))}
          </ul>
          {some && items.length > SOME && (
            <p>
              <Link className="inline-link" href={pathOf(name, sort)}>
                {t.catalogue.allOf(items.length, t.catalogue.category[name])}
              </Link>
            </p>
          )}
        </section>
      ))}
      <TaxNote />
    </>
  );
}

const SOME = 3;

const isPopular = ({ tags }: Product) => tags.includes('popular');

const popularFirst = (products: Product[]) =>
  products.toSorted((one, other) => Number(isPopular(other)) - Number(isPopular(one)));

const FEATURES_SHOWN = 3;

function Card({ product }: { product: Product }) {
  const { t } = useI18n();
  return (
    <li className="card">
      <h3 lang={config().contentLanguage}>
        <Link href={`/catalog/${encodeURIComponent(product.sku)}`}>{product.name}</Link>
      </h3>
      <p lang={config().contentLanguage}>{product.description}</p>
      <ul className="ticks" lang={config().contentLanguage}>
        {product.features.slice(0, FEATURES_SHOWN).map((feature) => (
          <li key={feature}>{feature}</li>
        ))}
      </ul>
      <p className="card-price">
        <span>
          <Price money={product.price} cycle={product.billingCycle} />
        </span>
        {isPopular(product) && <Chip>{t.catalogue.popular}</Chip>}
      </p>
    </li>
  );
}

/** What others can order and this customer cannot, with the reason. */
function Unavailable({ products, eligibility }: { products: Other[]; eligibility: Eligibility }) {
  const { t } = useI18n();
  if (products.length === 0) return null;
  const unknown = eligibility.status === 'unknown';
  const { support } = config();
  return (
    <details className="more">
      <summary>
        {unknown
          ? t.catalogue.notForYouUnknown(products.length)
          : t.catalogue.notForYou(products.length)}
      </summary>
      <div className="panel">
        <p>{unknown ? t.catalogue.reasonUnknown : t.catalogue.reason}</p>
        {support.email && <a href={`mailto:${support.email}`}>{support.email}</a>}
        <ul className="lines">
          {products.map((product) => (
            <li key={product.sku}>
              <Link
                className="inline-link"
                href={`/catalog/${encodeURIComponent(product.sku)}`}
                lang={config().contentLanguage}
              >
                {product.name}
              </Link>
              <ReasonList reasons={product.reasons} />
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
