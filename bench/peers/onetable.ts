/** The same entities as OneTable's documentation writes them: one schema, value templates for keys. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from 'dynamodb-onetable';
import { Dynamo } from 'dynamodb-onetable/Dynamo';

const schema = {
  format: 'onetable:1.1.0',
  version: '0.0.1',
  indexes: {
    primary: { hash: 'PK', sort: 'SK' },
    GSI2: { hash: 'GSI2PK', sort: 'GSI2SK', project: 'all' },
    GSI3: { hash: 'GSI3PK', sort: 'GSI3SK', project: 'all' },
  },
  models: {
    User: {
      PK: { type: String, value: 'USER#${id}' },
      SK: { type: String, value: 'METADATA' },
      GSI2PK: { type: String, value: 'USER_EMAIL#${email}' },
      GSI2SK: { type: String, value: 'METADATA' },
      id: { type: String, required: true },
      email: { type: String, required: true },
      name: { type: String, required: true },
      role: { type: String, required: true, enum: ['ADMIN', 'MEMBER', 'READONLY'] },
      status: { type: String, required: true, enum: ['ACTIVE', 'INACTIVE', 'SUSPENDED'] },
      lastLogin: { type: String },
      createdAt: { type: String, required: true },
      updatedAt: { type: String, required: true },
      version: { type: Number, required: true },
      passwordHash: { type: String, required: true },
      sessionEpoch: { type: Number, required: true },
      createdById: { type: String },
    },
    Contractor: {
      PK: { type: String, value: 'CONTRACTOR#${id}' },
      SK: { type: String, value: 'METADATA' },
      GSI3PK: { type: String, value: 'USER_CONTRACTORS#${invitedById}' },
      GSI3SK: { type: String, value: '${createdAt}#${id}' },
      id: { type: String, required: true },
      name: { type: String, required: true },
      invitedById: { type: String, required: true },
      createdAt: { type: String, required: true },
    },
    AuditLog: {
      PK: { type: String, value: '${actorType}#${actorId}' },
      SK: { type: String, value: 'AUDIT#${timestamp}#${id}' },
      id: { type: String, required: true },
      action: { type: String, required: true },
      actorType: { type: String, required: true },
      actorId: { type: String, required: true },
      timestamp: { type: String, required: true },
    },
  },
  params: { isoDates: true, timestamps: false },
} as const;

export function oneTable(client: DynamoDBClient, name: string) {
  const table = new Table({ client: new Dynamo({ client }), name, schema, partial: false });
  return {
    users: table.getModel('User'),
    contractors: table.getModel('Contractor'),
    auditLogs: table.getModel('AuditLog'),
  };
}
