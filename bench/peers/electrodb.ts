/** Entities of the reference schema as ElectroDB's documentation writes them, in the keys the plan has: "Using existing indexes". */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity } from 'electrodb';

export const service = 'tylersetup';

/** A key of a template, in the case it is given: ElectroDB's own would be in lower case. */
const asWritten = 'none' as const;

export function electroUsers(client: DynamoDBClient, table: string) {
  return new Entity(
    {
      model: { entity: 'User', version: '1', service },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        email: { type: 'string', required: true },
        name: { type: 'string', required: true },
        role: { type: ['ADMIN', 'MEMBER', 'READONLY'] as const, required: true },
        status: { type: ['ACTIVE', 'INACTIVE', 'SUSPENDED'] as const, required: true },
        lastLogin: { type: 'string' },
        createdAt: { type: 'string', required: true, readOnly: true },
        updatedAt: { type: 'string', required: true },
        version: { type: 'number', required: true },
        passwordHash: { type: 'string', required: true },
        sessionEpoch: { type: 'number', required: true },
        createdById: { type: 'string', readOnly: true },
        shard: { type: 'number', hidden: true },
      },
      indexes: {
        all: {
          index: 'GSI1',
          pk: { field: 'GSI1PK', composite: ['shard'], template: 'USER#${shard}', casing: asWritten },
          sk: {
            field: 'GSI1SK',
            composite: ['createdAt', 'id'],
            template: '${createdAt}#${id}',
            casing: asWritten,
          },
        },
        byId: {
          pk: { field: 'PK', composite: ['id'], template: 'USER#${id}', casing: asWritten },
          sk: { field: 'SK', composite: [], template: 'METADATA', casing: asWritten },
        },
        byEmail: {
          index: 'GSI2',
          pk: { field: 'GSI2PK', composite: ['email'], template: 'USER_EMAIL#${email}', casing: asWritten },
          sk: { field: 'GSI2SK', composite: [], template: 'METADATA', casing: asWritten },
        },
        byStatus: {
          index: 'GSI5',
          pk: {
            field: 'GSI5PK',
            composite: ['status'],
            template: 'USER_STATUS#${status}',
            casing: asWritten,
          },
          sk: { field: 'GSI5SK', composite: ['name', 'id'], template: '${name}#${id}', casing: asWritten },
        },
      },
    },
    { client, table },
  );
}

export function electroContractors(client: DynamoDBClient, table: string) {
  return new Entity(
    {
      model: { entity: 'Contractor', version: '1', service },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        name: { type: 'string', required: true },
        email: { type: 'string' },
        company: { type: 'string' },
        reason: { type: 'string' },
        accessLevel: { type: 'string', required: true },
        permissions: { type: 'list', items: { type: 'string' }, required: true },
        status: { type: 'string', required: true },
        expiresAt: { type: 'string', required: true },
        lastAccess: { type: 'string' },
        createdAt: { type: 'string', required: true, readOnly: true },
        updatedAt: { type: 'string', required: true },
        version: { type: 'number', required: true },
        tokenHash: { type: 'string', required: true },
        invitedById: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        byId: {
          pk: { field: 'PK', composite: ['id'], template: 'CONTRACTOR#${id}', casing: asWritten },
          sk: { field: 'SK', composite: [], template: 'METADATA', casing: asWritten },
        },
        byInviter: {
          index: 'GSI3',
          pk: {
            field: 'GSI3PK',
            composite: ['invitedById'],
            template: 'USER_CONTRACTORS#${invitedById}',
            casing: asWritten,
          },
          sk: {
            field: 'GSI3SK',
            composite: ['createdAt', 'id'],
            template: '${createdAt}#${id}',
            casing: asWritten,
          },
        },
      },
    },
    { client, table },
  );
}

/** Audit logs in the item collection of who acted, as the plan's relationship record lies. */
export function electroAuditLogs(client: DynamoDBClient, table: string) {
  return new Entity(
    {
      model: { entity: 'AuditLog', version: '1', service },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        action: { type: 'string', required: true },
        actorType: { type: 'string', required: true },
        actorId: { type: 'string', required: true },
        targetType: { type: 'string', required: true },
        targetId: { type: 'string', required: true },
        details: { type: 'any' },
        ip: { type: 'string' },
        userAgent: { type: 'string' },
        timestamp: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        byActor: {
          pk: {
            field: 'PK',
            composite: ['actorType', 'actorId'],
            template: '${actorType}#${actorId}',
            casing: asWritten,
          },
          sk: {
            field: 'SK',
            composite: ['timestamp', 'id'],
            template: 'AUDIT#${timestamp}#${id}',
            casing: asWritten,
          },
        },
      },
    },
    { client, table },
  );
}

export function electroConfigs(client: DynamoDBClient, table: string) {
  return new Entity(
    {
      model: { entity: 'Config', version: '1', service },
      attributes: {
        key: { type: 'string', required: true, readOnly: true },
        value: { type: 'any' },
        description: { type: 'string' },
        category: { type: 'string', required: true },
        isSecret: { type: 'boolean', required: true },
        updatedById: { type: 'string' },
        createdAt: { type: 'string', required: true, readOnly: true },
        updatedAt: { type: 'string', required: true },
        version: { type: 'number', required: true },
      },
      indexes: {
        byKey: {
          pk: { field: 'PK', composite: ['key'], template: 'CONFIG#${key}', casing: asWritten },
          sk: { field: 'SK', composite: [], template: 'METADATA', casing: asWritten },
        },
        byCategory: {
          index: 'GSI2',
          pk: {
            field: 'GSI2PK',
            composite: ['category'],
            template: 'CONFIG_CATEGORY#${category}',
            casing: asWritten,
          },
          sk: { field: 'GSI2SK', composite: ['key'], template: '${key}', casing: asWritten },
        },
      },
    },
    { client, table },
  );
}
