/**
 * Endpoints of spec section 2 that docs/openapi.json does not have yet, typed by hand in the shape
 * that openapi-typescript generates. Once the API has them: delete this file, use `api` for
 * `coming` and `Schemas[…]` for the interfaces; the type check shows what differs.
 */

import createClient from 'openapi-fetch';
import { type Schemas, send } from './client';

/** The actions that `esim.actions` will name beside those of the API's LineAction. */
export type ComingAction = 'reissue' | 'topup';

export interface TopupOffer {
  offerId: string;
  name: string;
  price: Schemas['Money'];
}

export interface OperationView {
  operationId: string;
  kind: 'reissue' | 'topup';
  status: 'pending' | 'running' | 'succeeded' | 'failed';
  message?: string | null;
}

interface Answer<Body> {
  headers: { [name: string]: unknown };
  content: { 'application/json': Body };
}

interface Failure {
  headers: { [name: string]: unknown };
  content: { 'application/problem+json': Schemas['Problem'] };
}

interface Get<Parameters, Body> {
  parameters: Parameters;
  requestBody?: never;
  responses: { 200: Answer<Body>; default: Failure };
}

interface Post<Parameters, Sent> {
  parameters: Parameters;
  requestBody: { content: { 'application/json': Sent } };
  responses: { 202: Answer<OperationView>; default: Failure };
}

interface OfService {
  path: { id: string };
}

interface Start extends OfService {
  header: { 'Idempotency-Key': string };
}

interface ComingPaths {
  '/subscriptions/{id}/reissue-esim': {
    post: Post<Start, { reason: string; confirmLoss?: boolean }>;
  };
  '/subscriptions/{id}/topup-offers': { get: Get<OfService, { items: TopupOffer[] }> };
  '/subscriptions/{id}/topup': { post: Post<Start, { offerId: string }> };
  '/operations/{id}': { get: Get<OfService, OperationView> };
}

export const coming = createClient<ComingPaths>({ fetch: send });
