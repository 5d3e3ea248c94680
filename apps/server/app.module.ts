import { ApolloDriver } from '@nestjs/apollo';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { FeedsController } from './feeds/feeds.controller.js';
import type { Batches } from './graphql/batches.js';
import { graphqlOptions } from './graphql/graphql.options.js';
import { type Published, publishedAt } from './published.js';
import { Register } from './register.js';
import { DescriptionController } from './rest/description.controller.js';
import { EventsController } from './rest/events.controller.js';
import { ExportsController } from './rest/exports.controller.js';
import { HealthController } from './rest/health.controller.js';
import { HomeController } from './rest/home.controller.js';
import { LogController } from './rest/log.controller.js';
import { operations } from './rest/resources/index.js';
import { resourcesController } from './rest/resources.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

/** The web role: every way in and out of an open register. */
@Global()
@Module({})
export class AppModule {
  static for(register: Register, batches: Batches, compileFrom: number, published: Published): DynamicModule {
    return {
      module: AppModule,
      imports: [GraphQLModule.forRoot({ ...graphqlOptions(register, batches, compileFrom), driver: ApolloDriver })],
      controllers: [
        HomeController,
        DescriptionController,
        FeedsController,
        EventsController,
        resourcesController(operations),
        ExportsController,
        HealthController,
        LogController,
        WebhooksController,
      ],
      providers: [
        { provide: Register, useValue: register },
        { provide: publishedAt, useValue: published },
      ],
    };
  }
}
