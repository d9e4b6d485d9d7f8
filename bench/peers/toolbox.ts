/** The same entities as DynamoDB-Toolbox's documentation writes them: `item` schemas, `computeKey`, links for index keys. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity, item, list, number, string, Table } from 'dynamodb-toolbox';

export function toolboxEntities(documentClient: DynamoDBDocumentClient, name: string) {
  const table = new Table({
    documentClient,
    name,
    partitionKey: { name: 'PK', type: 'string' },
    sortKey: { name: 'SK', type: 'string' },
    indexes: {
      GSI2: {
        type: 'global',
        partitionKey: { name: 'GSI2PK', type: 'string' },
        sortKey: { name: 'GSI2SK', type: 'string' },
      },
      GSI3: {
        type: 'global',
        partitionKey: { name: 'GSI3PK', type: 'string' },
        sortKey: { name: 'GSI3SK', type: 'string' },
      },
    },
  });
  const users = new Entity({
    name: 'User',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      email: string(),
      name: string(),
      role: string().enum('ADMIN', 'MEMBER', 'READONLY'),
      status: string().enum('ACTIVE', 'INACTIVE', 'SUSPENDED'),
      lastLogin: string().optional(),
      createdAt: string(),
      updatedAt: string(),
      version: number(),
      passwordHash: string(),
      sessionEpoch: number(),
      createdById: string().optional(),
    }).and((schema) => ({
      GSI2PK: string()
        .hidden()
        .link<typeof schema>(({ email }) => `USER_EMAIL#${email}`),
      GSI2SK: string().hidden().default('METADATA'),
    })),
    computeKey: ({ id }) => ({ PK: `USER#${id}`, SK: 'METADATA' }),
  });
  const contractors = new Entity({
    name: 'Contractor',
    table,
    timestamps: false,
    schema: item({
      id: string().key(),
      name: string(),
      email: string().optional(),
      company: string().optional(),
      reason: string().optional(),
      accessLevel: string(),
      permissions: list(string()),
      status: string(),
      expiresAt: string(),
      lastAccess: string().optional(),
      createdAt: string(),
      updatedAt: string(),
      version: number(),
      tokenHash: string(),
      invitedById: string(),
    }).and((schema) => ({
      GSI3PK: string()
        .hidden()
        .link<typeof schema>(({ invitedById }) => `USER_CONTRACTORS#${invitedById}`),
      GSI3SK: string()
        .hidden()
        .link<typeof schema>(({ createdAt, id }) => `${createdAt}#${id}`),
    })),
    computeKey: ({ id }) => ({ PK: `CONTRACTOR#${id}`, SK: 'METADATA' }),
  });
  const auditLogs = new Entity({
    name: 'AuditLog',
    table,
    timestamps: false,
    schema: item({
      actorType: string().key(),
      actorId: string().key(),
      timestamp: string().key(),
      id: string().key(),
      action: string(),
    }),
    computeKey: ({ actorType, actorId, timestamp, id }) => ({
      PK: `${actorType}#${actorId}`,
      SK: `AUDIT#${timestamp}#${id}`,
    }),
  });
  return { table, users, contractors, auditLogs };
}
