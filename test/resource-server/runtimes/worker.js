/**
 * Serves the APIs on workerd. Those without the feed are made once, outside of a request. What one request opens ends with it, so the
 * API with the feed is a Durable Object.
 */
import { DurableObject, env } from 'cloudflare:workers';
import { APIS, newApi } from './api.js';

const { feed, ...others } = APIS;
const apis = Object.fromEntries(Object.entries(others).map(([name, options]) => [name, newApi(env, options)]));

export class ApiWithFeed extends DurableObject {
  #api = newApi(this.env, feed);

  fetch(request) {
    return this.#api.fetch(request);
  }
}

export default {
  fetch(request, { ApiWithFeed: objects }) {
    const name = request.headers.get('x-api') ?? 'plain';
    if (name === 'feed') return objects.get(objects.idFromName('api')).fetch(request);
    return apis[name].fetch(request);
  },
};
