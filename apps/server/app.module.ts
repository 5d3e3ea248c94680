import { ApolloDriver } from '@nestjs/apollo';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { FeedsController } from './api/feeds/feeds.controller.js';
import type { Batches } from './api/graphql/batches.js';
import { graphqlOptions } from './api/graphql/graphql.options.js';
import { ReportsController } from './api/reports/reports.controller.js';
import { DescriptionController } from './api/rest/description.controller.js';
import { EventsController } from './api/rest/events.controller.js';
import { operations } from './api/rest/resources/index.js';
import { resourcesController } from './api/rest/resources.controller.js';
import { WebhooksController } from './api/webhooks/webhooks.controller.js';
import { HealthController } from './http/health.controller.js';
import { type Published, publishedAt } from './http/published.js';
import { ExportsController } from './open-data/exports.controller.js';
import { LogController } from './open-data/log.controller.js';
import { Register } from './register/register.js';

/** The web role: every way in and out of an open register. */
@Global()
@Module({})
export class AppModule {
  static for(register: Register, batches: Batches, compileFrom: number, published: Published): DynamicModule {
    return {
      module: AppModule,
      imports: [GraphQLModule.forRoot({ ...graphqlOptions(register, batches, compileFrom), driver: ApolloDriver })],
      controllers: [
        DescriptionController,
        FeedsController,
        EventsController,
        resourcesController(operations),
        ExportsController,
        HealthController,
        LogController,
        WebhooksController,
        ReportsController,
      ],
      providers: [
        { provide: Register, useValue: register },
        { provide: publishedAt, useValue: published },
      ],
    };
  }
}
