/** Answers of the API for tests, typed by its schema. */

import type { Schemas } from '../src/api/client';

const yen = (amount: string): Schemas['Money'] => ({ amount, currency: 'JPY' });

export function product(given: Partial<Schemas['ProductView']> = {}): Schemas['ProductView'] {
  return {
    sku: 'ESIM-DATA-10GB',
    name: 'eSIM 10 GB — data only',
    category: 'eSIM',
    description: '10 GB of LTE/5G data a month in Japan.',
    features: ['10 GB at full speed', 'Tethering included'],
    tags: ['popular'],
    heroImageUrl: null,
    price: yen('1450'),
    taxIncluded: true,
    billingCycle: 'monthly',
    maxQuantity: 4,
    requiresPaymentMethod: true,
    configOptions: [],
    ...given,
  };
}

export const esim = product({
  configOptions: [
    {
      id: 'speed',
      label: 'Speed after the allowance',
      kind: 'choice',
      required: true,
      default: '200kbps',
      choices: [
        { id: '200kbps', label: '200 kbps', priceDelta: yen('0') },
        { id: '1mbps', label: '1 Mbps', priceDelta: yen('300') },
      ],
    },
    {
      id: 'filter',
      label: 'Content filter',
      kind: 'yesno',
      required: false,
      default: false,
      unitPrice: yen('200'),
    },
    {
      id: 'credit',
      label: 'International call credit',
      kind: 'quantity',
      required: false,
      default: 0,
      min: 0,
      max: 5,
      unitPrice: yen('1000'),
    },
  ],
});

export const router = product({
  sku: 'VPN.LONDON',
  name: 'VPN router service — London',
  category: 'VPN',
  tags: [],
  maxQuantity: 1,
  price: yen('2500'),
  configOptions: [
    {
      id: 'region',
      label: 'Region',
      kind: 'choice',
      required: true,
      default: null,
      choices: [
        { id: 'city', label: 'City', priceDelta: yen('0') },
        { id: 'country', label: 'Countryside', priceDelta: yen('100') },
      ],
    },
  ],
});

export const visit = product({
  sku: 'ONSITE-VISIT',
  name: 'On-site set-up visit',
  category: 'Other',
  tags: [],
  price: yen('15000'),
  billingCycle: 'onetime',
  maxQuantity: 1,
  requiresPaymentMethod: false,
});

export const fibre = product({
  sku: 'INTERNET-HOME-1G-GOLD',
  name: 'Fibre 1 Gbps Home — Gold',
  category: 'Internet',
  maxQuantity: 1,
  price: yen('6500'),
});

export const policy: Schemas['PasswordPolicyView'] = {
  minLength: 10,
  maxLength: 256,
  lowercase: true,
  uppercase: true,
  digits: true,
  symbols: false,
  symbolCharacters: '^$*.[]{}()?-"!@#%&/\\,><\':;|_~`+= ',
};

export const me: Schemas['MeResponse'] = {
  userId: 'user-1',
  email: 'aiko.nakamura@mail.example',
  firstName: 'Aiko',
  language: 'en',
  sfNumber: 'CN-000201',
  mapping: { state: 'complete', whmcsClientId: 1, sfAccountId: '001000000000001AAA' },
};

export const address: Schemas['AddressView'] = {
  street: '4-12-10 Jingumae',
  street2: '',
  city: 'Shibuya-ku',
  state: 'Tokyo',
  postcode: '150-0001',
  country: 'JP',
};

export const card: Schemas['PaymentMethodsSummary'] = {
  hasPaymentMethod: true,
  methods: [{ type: 'card', brand: 'Visa', lastFour: '4242', expiry: '2030-12', expired: false }],
};

export const noCard: Schemas['PaymentMethodsSummary'] = {
  hasPaymentMethod: false,
  methods: [{ type: 'card', brand: 'Visa', lastFour: '1881', expiry: '2024-03', expired: true }],
};

export const ORDER_ID = '801000000000001AAA';

export function order(given: Partial<Schemas['OrderView']> = {}): Schemas['OrderView'] {
  return {
    sfOrderId: ORDER_ID,
    orderNumber: '00000100',
    status: 'pending_review',
    delayed: false,
    pollAfter: 10,
    createdAt: '2026-11-27T06:21:00Z',
    lines: [
      {
        sku: esim.sku,
        name: esim.name,
        quantity: 2,
        unitPrice: yen('1750'),
        billingCycle: 'monthly',
        options: [
          { id: 'speed', label: 'Speed after the allowance', value: '1 Mbps' },
          { id: 'filter', label: 'Content filter', value: 'no' },
          { id: 'credit', label: 'International call credit', value: '0' },
        ],
      },
    ],
    timeline: [
      { step: 'received', label: 'Order received', status: 'done', at: '2026-11-27T06:21:00Z' },
      { step: 'review', label: 'Order review', status: 'waiting' },
    ],
    nextStep: 'We check your order. You will hear from us by e-mail.',
    cancellable: true,
    ...given,
  };
}

export const invoice: Schemas['InvoiceDetail'] = {
  id: 1042,
  number: 'INV-1042',
  status: 'Unpaid',
  date: '2026-11-01',
  dueDate: '2026-11-15',
  paidDate: null,
  total: yen('4350'),
  balance: yen('4350'),
  items: [
    { description: 'eSIM 10 GB (November)', amount: yen('1850') },
    { description: 'VPN router service (November)', amount: yen('2500') },
  ],
};

export function problem(
  slug: string,
  status: number,
  more: Partial<Schemas['Problem']> = {},
): Schemas['Problem'] {
  return {
    type: `https://portal.example/problems/${slug}`,
    title: slug,
    status,
    detail: `The API's own sentence for ${slug}.`,
    instance: '0b8f2c1e4d5a4c6f9a7b3d2e1f0a9b8c',
    ...more,
  };
}
