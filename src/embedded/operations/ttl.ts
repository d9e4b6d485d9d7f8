import { tableNamed } from '../action.js';
import { ValidationError } from '../errors.js';
import { saveTable } from '../store/catalog.js';
import type { Store } from '../store/store.js';
import { typesOf, validate } from '../validate.js';

interface UpdateInput {
  readonly TableName: string;
  readonly TimeToLiveSpecification: { readonly AttributeName: string; readonly Enabled: boolean };
}

const describeTypes = typesOf('describeTimeToLive');
const updateTypes = {
  TableName: describeTypes.TableName ?? 'String',
  TimeToLiveSpecification: {
    type: 'FieldStruct<TimeToLiveSpecification>',
    notNull: true,
    children: {
      AttributeName: {
        type: 'String',
        notNull: true,
        lengthGreaterThanOrEqual: 1,
        lengthLessThanOrEqual: 255,
      },
      Enabled: { type: 'Boolean', notNull: true },
    },
  },
};

export function describeTimeToLive(store: Store, input: object): object {
  const { TableName } = validate<{ TableName: string }>(input, describeTypes);
  const { ttl } = tableNamed(store, TableName).record;
  return {
    TimeToLiveDescription:
      ttl === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: ttl },
  };
}

/** Only notes the setting: nothing expires by itself (`EmbeddedEngine.expire` does it). */
export async function updateTimeToLive(store: Store, input: object): Promise<object> {
  const { TableName, TimeToLiveSpecification: wish } = validate<UpdateInput>(input, updateTypes);
  const { record } = tableNamed(store, TableName);
  const { ttl } = record;
  if (ttl !== undefined && ttl !== wish.AttributeName) {
    throw new ValidationError('TimeToLive is active on a different AttributeName');
  }
  if (wish.Enabled === (ttl !== undefined)) {
    throw new ValidationError(`TimeToLive is already ${wish.Enabled ? 'enabled' : 'disabled'}`);
  }
  await saveTable(store, { ...record, ttl: wish.Enabled ? wish.AttributeName : undefined });
  return { TimeToLiveSpecification: wish };
}
