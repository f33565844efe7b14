// What every client asks, and where and as whom it does.
export const url = `${process.env.DAGY_API_URL}/graphql`;
export const headers = { Authorization: `Bearer ${process.env.DAGY_API_KEY}` };

export const documents = {
  viewer: 'query Viewer { viewer { role } }',
  trigger: `mutation Trigger($input: TriggerRunInput!) {
    triggerRun(input: $input) { created run { id parameters } }
  }`,
  events: `subscription Events($runId: ID!, $after: String) {
    runEvents(runId: $runId, after: $after) { cursor sequence type }
  }`,
};
