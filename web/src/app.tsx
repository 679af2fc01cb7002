/** Which page stands at which path, and what surrounds all of them. */

import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { config } from './config';
import { thenBackTo, useSignedIn } from './features/session';
import { CatalogPage } from './pages/catalog';
import { CrashPage } from './pages/crash';
import { Shell } from './pages/shell';
import { Skeleton } from './ui/page';

const page = (load: () => Promise<{ default: ComponentType<PageParams> }>) => lazy(load);

interface PageParams {
  params: Record<string, string | undefined>;
}

const Dashboard = page(() => import('./pages/dashboard'));
const Product = page(() => import('./pages/product'));
const Cart = page(() => import('./pages/cart'));
const Checkout = page(() => import('./pages/checkout'));
const Orders = page(() => import('./pages/orders'));
const Order = page(() => import('./pages/order'));
const Invoices = page(() => import('./pages/invoices'));
const Invoice = page(() => import('./pages/invoice'));
const Services = page(() => import('./pages/services'));
const Service = page(() => import('./pages/service'));
const Profile = page(() => import('./pages/profile'));
const SignIn = page(() => import('./pages/sign-in'));
const SignUp = page(() => import('./pages/sign-up'));
const LinkAccount = page(() => import('./pages/link-account'));
const RequestReset = page(() => import('./pages/request-reset'));
const ResetPassword = page(() => import('./pages/reset-password'));
const NotFound = page(() => import('./pages/not-found'));
const Maintenance = page(() => import('./pages/maintenance'));

const PUBLIC: [string, ComponentType<PageParams>][] = [
  ['/catalog/:sku', Product],
  ['/cart', Cart],
  ['/login', SignIn],
  ['/signup', SignUp],
  ['/link-account', LinkAccount],
  ['/request-password-reset', RequestReset],
  ['/reset-password', ResetPassword],
];

const PRIVATE: [string, ComponentType<PageParams>][] = [
  ['/checkout', Checkout],
  ['/orders', Orders],
  ['/orders/:id', Order],
  ['/invoices', Invoices],
  ['/invoices/:id', Invoice],
  ['/subscriptions', Services],
  ['/subscriptions/:id', Service],
  ['/profile', Profile],
];

export function App() {
  if (config().maintenance) {
    return (
      <Shell bare>
        <Suspense fallback={null}>
          <Maintenance params={{}} />
        </Suspense>
      </Shell>
    );
  }
  return (
    <Shell>
      <Boundary>
        <Suspense fallback={<Skeleton />}>
          <Switch>
            <Route path="/">
              <Home />
            </Route>
            <Route path="/catalog">
              <CatalogPage />
            </Route>
            {PUBLIC.map(([path, View]) => (
              <Route key={path} path={path}>
                {(params) => <View params={params} />}
              </Route>
            ))}
            {PRIVATE.map(([path, View]) => (
              <Route key={path} path={path}>
                {(params) => (
                  <Private>
                    <View params={params} />
                  </Private>
                )}
              </Route>
            ))}
            <Route>
              <NotFound params={{}} />
            </Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
}

function Home() {
  return useSignedIn() ? <Dashboard params={{}} /> : <CatalogPage hero />;
}

/** Sends visitors to the sign-in page, from which they come back to where they were. */
function Private({ children }: { children: ReactNode }) {
  if (useSignedIn()) return children;
  return <Redirect to={thenBackTo('/login', location.pathname + location.search)} replace />;
}

class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ReactNode {
    return this.state.failed ? <CrashPage /> : this.props.children;
  }
}
