// Only relay-compiler reads this, and writes __generated__:
// cd tests/conformance/clients/relay && npx relay-compiler@21.0.1 relay.config.json
import { graphql } from 'relay-runtime';

graphql`
  query operationsViewerQuery {
    viewer { role }
  }
`;

graphql`
  mutation operationsTriggerMutation($input: TriggerRunInput!) {
    triggerRun(input: $input) { created run { id parameters } }
  }
`;

graphql`
  subscription operationsEventsSubscription($runId: ID!, $after: String) {
    runEvents(runId: $runId, after: $after) { cursor sequence type }
  }
`;
