import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { operator, Refusal } from '#domain';
import { only, wholeNumber } from '../../http/parameters.js';
import { Register } from '../../register/register.js';
import { deliverOne } from '../../register/webhooks/deliver.js';
import { localName, problemOf } from '../../register/webhooks/send.js';
import { formatPublicKey, formatSecret } from '../../register/webhooks/sign.js';
import type { Webhook } from '../../register/webhooks/webhooks.js';
import { type AskedWebhook, changeSchema, parseBody, redeliverySchema, webhookSchema } from './asked.js';

const maxWebhooks = 1000;
/** So that no organisation takes up the places of all others. */
const maxOfOneOwner = 50;

/** Webhooks, for administrators: those of an organisation manage its own webhooks, those of the operator all. */
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(@Inject(Register) private readonly register: Register) {}

  @Post()
  async create(@Body() body: unknown, @Headers('authorization') authorization: string | undefined): Promise<object> {
    const owner = await this.#ownerOf(authorization);
    const { url, types, about, after } = parseBody<AskedWebhook>(webhookSchema, body);
    this.#refuseUnreachable(url);
    const { webhooks } = this.register.post;
    const all = await webhooks.list();
    if (all.length >= maxWebhooks)
      throw new Refusal('TOO_MANY_WEBHOOKS', `This register has ${maxWebhooks} webhooks, and takes no more.`);
    if (owner !== operator && all.filter((other) => other.owner === owner).length >= maxOfOneOwner)
      throw new Refusal('TOO_MANY_WEBHOOKS', `${owner} has ${maxOfOneOwner} webhooks, and can have no more.`);
    const position = after ?? (await this.register.store.head());
    await this.#refuseBeyond(after);
    const made = await webhooks.create({
      url,
      owner: owner === operator ? null : owner,
      types: types ?? null,
      about: about ?? null,
      position,
    });
    return { ...describe(made), secret: formatSecret(made.secret) };
  }

  @Get()
  async list(@Headers('authorization') authorization: string | undefined): Promise<object> {
    const owner = await this.#ownerOf(authorization);
    const found = await this.register.post.webhooks.list(owner === operator ? undefined : owner);
    return { webhooks: found.map(describe) };
  }

  @Get(':id')
  async one(@Param('id') id: string, @Headers('authorization') authorization: string | undefined): Promise<object> {
    return describe(await this.#find(id, authorization));
  }

  /** Resumes a disabled webhook, or sends everything after a position again. */
  @Patch(':id')
  async change(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    await this.#find(id, authorization);
    const { after } = parseBody<{ after?: number }>(changeSchema, body);
    await this.#refuseBeyond(after);
    const changed = await this.register.post.webhooks.resume(id, after);
    if (!changed) throw notThere(id);
    return describe(changed);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Headers('authorization') authorization: string | undefined): Promise<void> {
    await this.#find(id, authorization);
    await this.register.post.webhooks.remove(id);
  }

  /** Deliveries, newest first. */
  @Get(':id/deliveries')
  async deliveries(
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    await this.#find(id, authorization);
    const limit = wholeNumber('limit', only(query, ['limit']).limit, { min: 1, max: 1000, otherwise: 100 });
    return { deliveries: await this.register.post.webhooks.readDeliveries(id, limit) };
  }

  /** Sends one event once more, now, and returns the result. */
  @Post(':id/deliveries')
  @HttpCode(200)
  async redeliver(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    const webhook = await this.#find(id, authorization);
    const { event: eventId } = parseBody<{ event: string }>(redeliverySchema, body);
    const event = isUuid(eventId) ? await this.register.store.readEvent(eventId) : undefined;
    if (!event) throw new Refusal('NOT_FOUND', `There is no event "${eventId.slice(0, 60)}" in this register.`);
    const sent = await deliverOne(this.register.post, webhook, event, 0, new AbortController().signal);
    return { delivered: sent?.isDelivered ?? false, status: sent?.status ?? null, detail: sent?.detail ?? null };
  }

  /** The organisation (or the operator) whose administrator asks. */
  async #ownerOf(authorization: string | undefined): Promise<string> {
    const { role, organisation } = await this.register.keys.authenticate(authorization);
    if (role !== 'administrator')
      throw new Refusal('ROLE_MAY_NOT', `Webhooks are for administrators; this key is one of the role ${role}.`);
    return organisation;
  }

  async #find(id: string, authorization: string | undefined): Promise<Webhook> {
    const owner = await this.#ownerOf(authorization);
    const found = isUuid(id) ? await this.register.post.webhooks.find(id) : undefined;
    if (!found || (owner !== operator && found.owner !== owner)) throw notThere(id);
    return found;
  }

  async #refuseBeyond(after: number | undefined): Promise<void> {
    const head = await this.register.store.head();
    if (after === undefined || after <= head) return;
    throw new Refusal('INVALID_PARAMETER', `"after" must be from -1 to ${head}, the last position of the log.`, {
      path: '/after',
    });
  }

  #refuseUnreachable(url: string): void {
    const { isPrivateAllowed } = this.register.post.reach;
    const target = URL.canParse(url) ? new URL(url) : undefined;
    const isWeb = target?.protocol === 'https:' || (isPrivateAllowed && target?.protocol === 'http:');
    const found = target ? (problemOf(target) ?? localName(target)) : 'This is not an address.';
    const problem = isPrivateAllowed && isWeb ? undefined : found;
    if (problem) throw new Refusal('WEBHOOK_UNREACHABLE', `"url": ${problem}`, { path: '/url' });
  }
}

function describe(webhook: Webhook): object {
  const { secret: _, privateKey, replayedAt: __, ...shown } = webhook;
  return { ...shown, publicKey: formatPublicKey(privateKey) };
}

const notThere = (id: string) => new Refusal('NOT_FOUND', `There is no webhook "${id.slice(0, 60)}" of yours.`);
const isUuid = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
