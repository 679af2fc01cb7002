import { esim, invoice, me, order, policy, problem } from '../fixtures';
import { accessible, expect, inJapanese, test } from './fake';

test.describe('signed in', () => {
  test.beforeEach(async ({ signedIn: _ }) => undefined);

  test('overview, orders and invoices, page by page', { tag: '@wide' }, async ({ page, api }) => {
    api
      .on('GET /orders', (route) =>
        new URL(route.request().url()).searchParams.has('cursor')
          ? { body: { items: [order({ sfOrderId: '801B', orderNumber: '00000099' })] } }
          : { body: { items: [order()], nextCursor: '00000100' } },
      )
      .on('GET /billing/invoices', { body: { items: [invoice] } })
      .on('GET /billing/invoices/1042', { body: invoice })
      .on('POST /auth/sso-link', { status: 503, body: problem('upstream-unavailable', 503) });
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Hello, Aiko' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Order 00000100' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Invoice INV-1042' })).toBeVisible();
    await accessible(page);
    await page.getByRole('link', { name: 'All orders' }).click();
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect(page.getByRole('link', { name: 'Order 00000099' })).toBeVisible();
    await accessible(page);
    await page.goto('/invoices');
    await page.getByRole('link', { name: 'Invoice INV-1042' }).click();
    await expect(page.getByRole('row', { name: 'Total' })).toContainText('¥4,350');
    await accessible(page);
    await page.getByRole('button', { name: 'Pay this invoice' }).click();
    await expect(page.getByText('Nothing was changed.', { exact: false })).toBeVisible();
    expect(api.of('POST /auth/sso-link')[0]?.body).toEqual({ destination: 'invoice/1042' });
  });

  test('blocks of the overview fail by themselves', async ({ page, api }) => {
    api
      .on('GET /billing/invoices', { status: 400, body: problem('malformed-request', 400) })
      .on('GET /subscriptions', { body: { items: [] } })
      .on('GET /billing/payment-methods/summary', {
        body: { hasPaymentMethod: false, methods: [] },
      });
    await page.goto('/');
    await expect(page.getByText('Order your first service')).toBeVisible();
    await expect(
      page.getByText('You have no valid payment method yet', { exact: false }),
    ).toBeVisible();
    await expect(page.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible();
    await accessible(page);
  });

  test('a token that is refused is renewed once, by one tab at a time', async ({
    page,
    context,
    api,
  }) => {
    let token = 0;
    api
      .on('POST /auth/refresh', async () => {
        token += 1;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { body: { accessToken: `token-${token}`, expiresIn: 900 } };
      })
      .on('GET /me', (route) =>
        route.request().headers().authorization === 'Bearer token-1'
          ? { status: 401, body: problem('unauthenticated', 401) }
          : { body: me },
      );
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Hello, Aiko' })).toBeVisible();
    expect(api.of('POST /auth/refresh')).toHaveLength(2);
    expect(api.of('POST /auth/refresh')[0]?.headers['x-portal-csrf']).toBe('1');
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.toContain('token-');
    const other = await context.newPage();
    await Promise.all([other.goto('/orders'), page.reload()]);
    await expect(other.getByText('You have no orders yet.')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Hello, Aiko' })).toBeVisible();
  });

  test('a session that has ended comes back to where one was', async ({ page, api }) => {
    api.on('POST /auth/refresh', { status: 401, body: problem('invalid-refresh-token', 401) });
    await page.goto(`/orders/${order().sfOrderId}?from=mail`);
    await expect(
      page.getByText('You come back to where you were.', { exact: false }),
    ).toBeVisible();
    await accessible(page);
    api.on('POST /auth/login', { status: 401, body: problem('invalid-credentials', 401) });
    await page.getByLabel('E-mail address').fill(me.email);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await expect(page.locator('.errors')).toBeFocused();
    await expect(page.locator('.errors')).toContainText(
      'The e-mail address or the password is wrong.',
    );
    await expect(page.getByLabel('E-mail address')).toHaveValue(me.email);
    await accessible(page);
    api.on('POST /auth/login', { body: { accessToken: 'token-2', expiresIn: 900 } });
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/orders\/801000000000001AAA\?from=mail$/);
    await expect(page.getByRole('heading', { name: 'Order 00000100' })).toBeVisible();
    expect(api.of('POST /auth/login')[0]?.headers['x-portal-client']).toBe('browser');
  });

  test('signing out in one tab signs out all', { tag: '@wide' }, async ({
    page,
    context,
    isMobile,
  }) => {
    const other = await context.newPage();
    await other.goto('/orders');
    await expect(other.getByText('You have no orders yet.')).toBeVisible();
    await page.goto('/profile');
    if (isMobile) await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).filter({ visible: true }).click();
    await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
    await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  });

  test('the address is saved against the version that was read', async ({ page, api }) => {
    api.on('PATCH /me/billing', {
      status: 409,
      body: problem('conflict', 409),
    });
    await page.goto('/profile');
    await page.getByLabel('Postcode').fill('１０５ー００１１');
    await page.getByLabel('Prefecture').selectOption('Osaka');
    const other = { ...(await address()), street: '9-9 Somewhere' };
    api.on('GET /me/billing', { body: other, headers: { ETag: '"v2"' } });
    await page.getByRole('button', { name: 'Save address' }).click();
    await expect(page.locator('.errors')).toContainText('changed in the meantime');
    expect(api.of('PATCH /me/billing')[0]).toMatchObject({
      headers: { 'if-match': '"v1"' },
      body: { postcode: '105-0011', state: 'Osaka' },
    });
    // What was typed stays; what is on file now stands beside it, and the new version is named.
    await expect(page.getByText('On file now:')).toBeVisible();
    await expect(page.locator('address')).toContainText('9-9 Somewhere');
    await expect(page.getByLabel('Postcode')).toHaveValue('１０５ー００１１');
    await accessible(page);
    api.on('PATCH /me/billing', {
      body: { ...(await address()), postcode: '105-0011' },
      headers: { ETag: '"v3"' },
    });
    await page.getByRole('button', { name: 'Save address' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    expect(api.of('PATCH /me/billing')[1]?.headers['if-match']).toBe('"v2"');
  });

  test('after a change of the password this browser stays signed in', async ({ page, api }) => {
    api.on('POST /auth/change-password', {
      status: 422,
      body: problem('password-refused', 422, {
        errors: [
          { pointer: '/newPassword', code: 'password-too-short', detail: 'x' },
          { pointer: '/newPassword', code: 'password-no-digit', detail: 'x' },
        ],
      }),
    });
    api.on('GET /auth/password-policy', { body: { ...policy, minLength: 14 } });
    await page.goto('/profile');
    await page.getByLabel('Current password', { exact: true }).fill('Old-Password-1');
    await page.getByLabel('New password', { exact: true }).fill('New-Password');
    await expect(page.locator('.rules li').filter({ hasText: 'a digit' })).toContainText('not yet');
    await expect(page.locator('.rules li').filter({ hasText: '14' })).toContainText('not yet');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.locator('.errors')).toContainText('The password is too short. Add a digit.');
    api.on('POST /auth/change-password', { status: 204 });
    await page.getByLabel('New password', { exact: true }).fill('New-Password-2');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('Your password is changed.', { exact: false })).toBeVisible();
    expect(api.of('POST /auth/login')[0]?.body).toEqual({
      email: me.email,
      password: 'New-Password-2',
    });
  });
});

const address = async () => (await import('../fixtures')).address;

test('sign-up asks for the fact that proves the number', async ({ page, api, site }) => {
  site.signUp = { proof: 'second-fact', fact: 'postcode' };
  site.support = { email: 'help@sakura.example' };
  api.on('POST /auth/signup', { status: 422, body: problem('customer-not-proved', 422) });
  await page.goto('/signup');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.locator('.errors li')).toHaveCount(5);
  await page.getByLabel('Customer number').fill('CN-000101');
  await page.getByLabel('Postcode that we know of you').fill('100-0005');
  await page.getByText('I have no customer number').click();
  await expect(
    page.getByRole('main').getByRole('link', { name: 'help@sakura.example' }),
  ).toBeVisible();
  await accessible(page);
  await page.getByLabel('First name').fill('Haruka');
  await page.getByLabel('Last name').fill('Sato');
  await page.getByLabel('Telephone').fill('03-1234-5601');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Postcode', { exact: true }).fill('1050011');
  await page.getByLabel('Prefecture').selectOption('Tokyo');
  await page.getByLabel('City, ward, town or village').fill('Minato-ku');
  await page.getByLabel('Town, block and number').fill('1-2-3 Shibakoen');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('E-mail address').fill('haruka.sato@mail.example');
  await page.getByLabel('Password', { exact: true }).fill('Sakura-Train-2026!');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.locator('.errors')).toContainText('do not match, or there is an account');
  expect(api.of('POST /auth/signup')[0]?.body).toMatchObject({ secondFact: '100-0005' });
});

test('sign-up by a link to the address on file', async ({ page, api, site }) => {
  site.signUp = { proof: 'email' };
  api.on('POST /auth/request-signup-proof', { status: 202 });
  await page.goto('/signup');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.locator('.errors')).toBeFocused();
  await page.getByLabel('Customer number').fill('CN-000101');
  await accessible(page);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  await accessible(page);
  expect(api.of('POST /auth/request-signup-proof')[0]?.body).toEqual({ sfNumber: 'CN-000101' });

  // The link of the mail opens the form, leaves no token in the address, and proves for linking too.
  api.on('POST /auth/link-whmcs', { status: 422, body: problem('customer-not-proved', 422) });
  await page.goto('/signup#token=proof-token-1');
  await expect(page.getByRole('heading', { name: /About you/ })).toBeVisible();
  expect(page.url()).not.toContain('proof-token-1');
  await page.getByRole('link', { name: 'Link your billing account instead' }).click();
  await page.getByLabel('Customer number').fill('CN-000101');
  await page.getByLabel('E-mail address').fill('haruka.sato@mail.example');
  await page.getByLabel('Password', { exact: false }).first().fill('Whmcs-pass-1');
  await page.getByRole('button', { name: /^Link/ }).click();
  await expect(page.locator('.errors')).toContainText('do not match, or there is an account');
  expect(api.of('POST /auth/link-whmcs')[0]?.body).toMatchObject({ proofToken: 'proof-token-1' });
});

test('sign-up: three steps, one request, errors at their field', async ({ page, api }) => {
  api.on('POST /auth/signup', {
    status: 422,
    body: problem('invalid-request', 422, {
      errors: [
        { pointer: '/address/postcode', code: 'a-new-code', detail: 'Not a postcode.' },
        { pointer: '/password', code: 'password-no-digit', detail: 'Use at least one digit.' },
      ],
    }),
  });
  await page.goto('/signup?return=/orders');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.locator('.errors')).toBeFocused();
  await expect(page.locator('.errors li')).toHaveCount(4);
  await accessible(page);
  await page.getByRole('link', { name: 'Customer number: Fill this in.' }).click();
  await expect(page.getByLabel('Customer number')).toBeFocused();
  await page.getByLabel('Customer number').fill('CN-000101');
  await page.getByLabel('First name').fill('Haruka');
  await page.getByLabel('Last name').fill('Sato');
  await page.getByLabel('Telephone').fill('03-1234-5601');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: /Your address/ })).toBeFocused();
  await accessible(page);
  await page.goBack();
  await expect(page.getByLabel('Customer number')).toHaveValue('CN-000101');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Postcode').fill('1050011');
  await expect(page.getByText('東京都港区芝公園')).toBeVisible();
  await expect(page.getByLabel('Prefecture')).toHaveValue('Tokyo');
  await page.getByLabel('City, ward, town or village').fill('Minato-ku');
  await page.getByLabel('Town, block and number').fill('1-2-3 Shibakoen');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('E-mail address').fill('haruka.sato@mail.example');
  await page.getByLabel('Password', { exact: true }).fill('Sakura-Train');
  await accessible(page);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Postcode')).toBeVisible();
  await expect(page.locator('.errors')).toContainText('Postcode: Not a postcode.');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Password', { exact: true }).fill('Sakura-Train-2026!');
  let tries = 0;
  api.on('POST /auth/signup', () => {
    tries += 1;
    return tries === 1
      ? { status: 409, body: problem('in-progress', 409), headers: { 'Retry-After': '1' } }
      : { status: 201, body: { userId: 'u', email: 'e', sfNumber: 'CN-000101' } };
  });
  await page.getByRole('button', { name: 'Create account' }).dblclick();
  await expect(page.getByText('You have no orders yet.')).toBeVisible();
  expect(tries).toBe(2);
  expect(api.of('POST /auth/signup').at(-1)?.body).toEqual({
    sfNumber: 'CN-000101',
    firstName: 'Haruka',
    lastName: 'Sato',
    phone: '+81312345601',
    address: {
      country: 'JP',
      postcode: '105-0011',
      state: 'Tokyo',
      city: 'Minato-ku',
      street: '1-2-3 Shibakoen',
    },
    email: 'haruka.sato@mail.example',
    password: 'Sakura-Train-2026!',
    marketingOptIn: false,
  });
});

test('an existing billing account is linked with what was typed', async ({ page, api }) => {
  await inJapanese(page);
  api
    .on('POST /auth/signup', { status: 409, body: problem('whmcs-account-exists', 409) })
    .on('POST /auth/link-whmcs', { status: 422, body: problem('password-refused', 422) });
  await page.goto('/signup');
  await page.getByLabel('お客様番号').fill('CN-000106');
  await page.getByLabel('姓', { exact: true }).fill('陳');
  await page.getByLabel('名', { exact: true }).fill('美');
  await page.getByLabel('電話番号').fill('0922345606');
  await page.getByRole('button', { name: '次へ' }).click();
  // The postcode fills what it knows; what was typed stays.
  await page.getByLabel('郵便番号').fill('１５０ー０００１');
  await expect(page.getByLabel('市区町村')).toHaveValue('渋谷区');
  await page.getByLabel('郵便番号').fill('810-0001');
  await expect(page.getByLabel('都道府県')).toHaveValue('Fukuoka');
  await expect(page.getByLabel('市区町村')).toHaveValue('福岡市中央区');
  await expect(page.getByLabel('町名・番地')).toHaveValue('天神');
  await accessible(page);
  await page.getByLabel('町名・番地').fill('天神5-1');
  await page.getByLabel('郵便番号').fill('810-0002');
  await expect(page.getByText('福岡県福岡市中央区西中洲')).toBeVisible();
  await expect(page.getByLabel('町名・番地')).toHaveValue('天神5-1');
  await page.getByRole('button', { name: '次へ' }).click();
  await page.getByLabel('メールアドレス').fill('mei.chen@mail.example');
  await page.getByLabel('パスワード', { exact: true }).fill('Sakura-Train-2026!');
  await accessible(page);
  await page.getByRole('button', { name: 'アカウントを作成' }).click();
  await expect(page.getByRole('heading', { name: '請求アカウントとの連携' })).toBeFocused();
  await expect(page.getByLabel('お客様番号')).toHaveValue('CN-000106');
  await page.getByLabel('請求アカウントのパスワード', { exact: true }).fill('weak');
  await page.getByRole('button', { name: '連携する' }).click();
  await expect(page.getByLabel('このサイト用の新しいパスワード', { exact: true })).toBeVisible();
  await accessible(page);
  await page
    .getByLabel('このサイト用の新しいパスワード', { exact: true })
    .fill('Sakura-Train-2026!');
  api.on('POST /auth/link-whmcs', { status: 201, body: {} });
  await page.getByRole('button', { name: '連携する' }).click();
  await expect(page.getByRole('heading', { name: 'Aiko様のマイページ' })).toBeVisible();
  expect(api.of('POST /auth/link-whmcs').at(-1)?.body).toMatchObject({
    email: 'mei.chen@mail.example',
    sfNumber: 'CN-000106',
    newPassword: 'Sakura-Train-2026!',
  });
});

test('a forgotten password: the token leaves the address at once', async ({ page, api }) => {
  api
    .on('POST /auth/request-password-reset', { status: 202 })
    .on('POST /auth/reset-password', { status: 422, body: problem('invalid-reset-token', 422) });
  await page.goto('/request-password-reset');
  await page.getByLabel('E-mail address').fill('nobody@mail.example');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(
    page.getByText('If there is an account for nobody@mail.example', { exact: false }),
  ).toBeVisible();
  await accessible(page);
  await page.goto('/reset-password');
  await expect(
    page.getByText('This page needs the link from our e-mail.', { exact: false }),
  ).toBeVisible();
  await page.goto('/reset-password#token=secret-token');
  await expect(page).toHaveURL(/\/reset-password$/);
  await page.getByLabel('New password', { exact: true }).fill('Sakura-Train-2026!');
  await page.getByRole('button', { name: 'Save the new password' }).click();
  await expect(page.locator('.errors')).toContainText('This link has expired or was used before.');
  await expect(page.getByRole('link', { name: 'Ask for a new link' })).toBeVisible();
  await accessible(page);
  await page.goto('/reset-password#token=good-token');
  await page.getByLabel('New password', { exact: true }).fill('Sakura-Train-2026!');
  api.on('POST /auth/reset-password', { status: 204 });
  await page.getByRole('button', { name: 'Save the new password' }).click();
  await expect(page.getByText('Your new password is saved.', { exact: false })).toBeVisible();
  expect(api.of('POST /auth/reset-password').at(-1)?.body).toEqual({
    token: 'good-token',
    newPassword: 'Sakura-Train-2026!',
  });
  const urls = api.calls.map(({ path }) => path).join();
  expect(urls).not.toContain('token=');
});
