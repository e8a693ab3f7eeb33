/** A stock SCIM 2.0 server: scimmy behind https, with users and agents in memory. The resource type of agents is AGENT_DRAFT. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

/** A store in memory for one type of resource, as the documentation of the package shows it. */
const keep = (implementation) => {
  const all = new Map();
  let count = 0;
  implementation
    .ingress((resource, data) => {
      count += 1;
      const id = resource.id ?? `r${count}`;
      const before = all.get(id);
      if (resource.id && !before) throw new SCIMMY.Types.Error(404, null, 'not found');
      const now = new Date().toISOString();
      const next = {
        ...JSON.parse(JSON.stringify(data)),
        id,
        meta: { created: before?.meta.created ?? now, lastModified: now },
      };
      all.set(id, next);
      return next;
    })
    .egress((resource) => {
      if (!resource.id) return [...all.values()];
      const found = all.get(resource.id);
      if (!found) throw new SCIMMY.Types.Error(404, null, 'not found');
      return found;
    })
    .degress((resource) => {
      if (!all.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, 'not found');
    });
};

const { Attribute, SchemaDefinition, Schema, Resource } = SCIMMY.Types;

class Agent extends Schema {
  static #definition = new SchemaDefinition('Agent', 'urn:ietf:params:scim:schemas:core:2.0:Agent', 'AI agent', [
    new Attribute('string', 'agentUserName', { required: true, uniqueness: 'server' }),
    new Attribute('string', 'displayName'),
    new Attribute('string', 'description'),
    new Attribute('boolean', 'active'),
    new Attribute('complex', 'owners', { multiValued: true }, [new Attribute('string', 'value')]),
  ]);
  static get definition() {
    return Agent.#definition;
  }
  constructor(resource, direction = 'both', basepath, filters) {
    super(resource, direction);
    Object.assign(this, Agent.#definition.coerce(resource, direction, basepath, filters));
  }
}

class Agents extends Resource {
  static get endpoint() {
    return '/Agents';
  }
  static #basepath;
  static basepath(path) {
    if (path === undefined) return Agents.#basepath;
    Agents.#basepath = path.endsWith('/Agents') ? path : `${path}/Agents`;
    return Agents;
  }
  static get schema() {
    return Agent;
  }
  static #extensions = [];
  static get extensions() {
    return Agents.#extensions;
  }
  static #ingress;
  static ingress(handler) {
    Agents.#ingress = handler;
    return Agents;
  }
  static #egress;
  static egress(handler) {
    Agents.#egress = handler;
    return Agents;
  }
  static #degress;
  static degress(handler) {
    Agents.#degress = handler;
    return Agents;
  }
  async read(ctx) {
    if (this.id) return new Agent(await Agents.#egress(this, ctx), 'out', Agents.basepath(), this.attributes);
    const all = (await Agents.#egress(this, ctx)).map((one) => new Agent(one, 'out', Agents.basepath()));
    return new SCIMMY.Messages.ListResponse(this.filter ? this.filter.match(all) : all, this.constraints);
  }
  async write(instance, ctx) {
    const read = new Agent(instance, 'in');
    return new Agent(await Agents.#ingress(this, read, ctx), 'out', Agents.basepath(), this.attributes);
  }
  async patch(message, ctx) {
    const source = new Agent(await Agents.#egress(this, ctx), 'out');
    const changed = await new SCIMMY.Messages.PatchOp(message).apply(source, async (one) => this.write(one, ctx));
    return changed && new Agent(changed, 'out', Agents.basepath(), this.attributes);
  }
  async dispose(ctx) {
    await Agents.#degress(this, ctx);
  }
}

keep(SCIMMY.Resources.declare(SCIMMY.Resources.User));
keep(SCIMMY.Resources.declare(Agents));

const app = express();
app.use(
  '/scim/v2',
  new SCIMMYRouters({
    type: 'bearer',
    baseUri: () => process.env.ORIGIN,
    handler: (request) => {
      if (request.header('authorization') !== `Bearer ${process.env.TOKEN}`) throw new Error('wrong token');
      return 'behalf';
    },
  }),
);
const server = createServer(
  { key: readFileSync(process.env.KEY_FILE), cert: readFileSync(process.env.CERT_FILE) },
  app,
);
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('listening\n'));
