import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Register } from '../../register/register.js';
import { answer } from './answer.js';
import { isList, type Operation } from './operation.js';

/** A controller with a route for each operation; lists also under their address with a suffix (.json, .csv, .xlsx). */
export function resourcesController(operations: Operation[]): Type {
  @Controller('v1')
  class ResourcesController {
    constructor(@Inject(Register) readonly register: Register) {}
  }
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1').slice(1);
    const paths = isList(operation) ? [path, ...['json', 'csv', 'xlsx'].map((suffix) => `${path}.${suffix}`)] : [path];
    const handle = {
      value(this: ResourcesController, request: FastifyRequest, reply: FastifyReply): Promise<void> {
        return answer(this.register, operation, request, reply);
      },
    };
    Object.defineProperty(ResourcesController.prototype, operation.id, handle);
    Get(paths)(ResourcesController.prototype, operation.id, handle);
    Req()(ResourcesController.prototype, operation.id, 0);
    Res()(ResourcesController.prototype, operation.id, 1);
  }
  return ResourcesController;
}
