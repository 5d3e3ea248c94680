import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codelists, Refusal } from '#domain';
import { textLanguages, toAtom, toJsonFeed } from '#exports';
import type { FeedScope } from '#projections';
import { answerAtOnePosition } from '../../http/answers/at-one-position.js';
import { oneOf, only, wholeNumber } from '../../http/parameters.js';
import { type Published, publishedAt } from '../../http/published.js';
import { Register } from '../../register/register.js';
import { type Asked, makeFeed } from './make-feed.js';

const types = { atom: 'application/atom+xml; charset=utf-8', json: 'application/feed+json; charset=utf-8' };

/** Feeds of new events: those of the register, a system, an organisation, a supplier or a policy domain; in seven languages. */
@Controller('feeds')
export class FeedsController {
  constructor(
    @Inject(Register) private readonly register: Register,
    @Inject(publishedAt) private readonly published: Published,
  ) {}

  /** register.atom, register.json; system, organisation, supplier and domain with an `id`. `archive`: older entries, from 0. */
  @Get(':name')
  async feed(
    @Param('name') name: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [, kind, format] = /^(register|system|organisation|supplier|domain)\.(atom|json)$/.exec(name) ?? [];
    if (!kind || !format)
      throw new Refusal(
        'NOT_FOUND',
        'There is no such feed. There are register, system, organisation, supplier and domain, each as .atom and .json.',
      );
    const given = only(query, kind === 'register' ? ['language', 'archive'] : ['id', 'language', 'archive']);
    const asked: Asked = {
      scope: scopeOf(kind as FeedScope['kind'], given.id),
      language: oneOf('language', given.language, textLanguages, 'en'),
      archive:
        given.archive === undefined
          ? undefined
          : wholeNumber('archive', given.archive, { min: 0, max: 10 ** 9, otherwise: 0 }),
      format,
    };
    const made = await answerAtOnePosition(this.register, () => makeFeed(this.register, this.published.url, asked));
    if (!made.result)
      throw new Refusal('NOT_FOUND', 'Nothing in this register belongs to this feed, or it has no such archive.');
    request.answer = made;
    const body = format === 'atom' ? toAtom(made.result) : toJsonFeed(made.result);
    await reply.header('content-type', types[format as keyof typeof types]).send(body);
  }
}

function scopeOf(kind: FeedScope['kind'], id: string | undefined): FeedScope {
  if (kind === 'register') return { kind };
  if (!id) throw new Refusal('INVALID_PARAMETER', `Name the ${kind}: "id" is missing.`, { path: 'id' });
  if (kind === 'domain' && !(codelists.domain as readonly string[]).includes(id))
    throw new Refusal('INVALID_PARAMETER', `"${id.slice(0, 60)}" is not a code of domain.`, { path: 'id' });
  return { kind, id };
}
