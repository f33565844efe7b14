"""Every GraphQL document the client sends, in one place; a test holds them against the schema."""

_FLOW_FIELDS = """
  id name version namespace description status tags defaultExecutor createdAt isLatest
"""

_DEPLOYMENT_FIELDS = """
  id name paused flow { id name version } environment { id name isProtected }
  defaultExecutor concurrencyLimit slaSeconds tags createdAt updatedAt
"""

_SECRET_FIELDS = """
  id name environment { id name isProtected } description currentVersion
  lastUsedAt createdAt updatedAt
"""

_RUN_CORE = "id slug state trigger attempt createdAt startedAt finishedAt durationMs"

_RUN_RELATIONS = "flow { id name version } deployment { id name } environment { id name }"

_RUN_STATUS = f"""
  {_RUN_CORE}
  stateReason {{ code message }}
  executor queuedAt queueMs tags
  taskCounts {{
    pending running retrying succeeded failed skipped timedOut cancelled cached
  }}
  waiting {{ code message limit running }}
  routing {{ executor level reason }}
"""

# Who may not see payloads is refused the whole operation that asks for one: $payload says.
_ERROR_FIELDS = "code message type traceback @include(if: $payload) where hint"

_FINISHED_RUN = f"""
  {_RUN_STATUS}
  error {{ {_ERROR_FIELDS} taskKey }}
  parameters @include(if: $payload)
  result @include(if: $payload)
"""

_VIEWER_FIELDS = "user { id email name } organization { id name slug } role"

LOGIN = f"""
mutation Login($input: LoginInput!) {{
  login(input: $input) {{ accessToken expiresAt viewer {{ {_VIEWER_FIELDS} }} }}
}}
"""

LOGOUT = """
mutation Logout { logout { signedOut } }
"""

VIEWER = f"""
query Viewer {{ viewer {{ {_VIEWER_FIELDS} }} }}
"""

CREATE_ARTIFACT_UPLOAD = """
mutation CreateArtifactUpload($input: CreateArtifactUploadInput!) {
  createArtifactUpload(input: $input) { artifact { id sha256 } uploadUrl }
}
"""

REGISTER_FLOW = f"""
mutation RegisterFlow($input: RegisterFlowInput!) {{
  registerFlow(input: $input) {{ created flow {{ {_FLOW_FIELDS} }} }}
}}
"""

FLOWS = f"""
query Flows($filter: FlowFilter, $first: Int, $after: String) {{
  flows(filter: $filter, first: $first, after: $after) {{
    nodes {{ {_FLOW_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

FLOW = f"""
query Flow($name: String!, $version: String) {{
  flow(name: $name, version: $version) {{
    {_FLOW_FIELDS} artifactSha256 parametersSchema spec
    versions(first: 20) {{ nodes {{ id name version }} }}
    deployments(first: 50) {{ nodes {{ id name }} }}
  }}
}}
"""

DEPLOYMENTS = f"""
query Deployments($filter: DeploymentFilter, $first: Int, $after: String) {{
  deployments(filter: $filter, first: $first, after: $after) {{
    nodes {{ {_DEPLOYMENT_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

DEPLOYMENT = f"""
query Deployment($name: String!, $payload: Boolean!) {{
  deployment(name: $name) {{
    {_DEPLOYMENT_FIELDS} parameters @include(if: $payload)
  }}
}}
"""

DEPLOYMENT_PARAMETERS_SCHEMA = """
query DeploymentParametersSchema($name: String!) {
  deployment(name: $name) { flow { parametersSchema } }
}
"""

CREATE_DEPLOYMENT = f"""
mutation CreateDeployment($input: CreateDeploymentInput!) {{
  createDeployment(input: $input) {{ deployment {{ {_DEPLOYMENT_FIELDS} }} }}
}}
"""

UPDATE_DEPLOYMENT = f"""
mutation UpdateDeployment($input: UpdateDeploymentInput!) {{
  updateDeployment(input: $input) {{ deployment {{ {_DEPLOYMENT_FIELDS} }} }}
}}
"""

DELETE_DEPLOYMENT = """
mutation DeleteDeployment($input: DeleteDeploymentInput!) {
  deleteDeployment(input: $input) { deletedId cancelledRuns }
}
"""

SECRETS = f"""
query Secrets($filter: SecretFilter, $first: Int, $after: String) {{
  secrets(filter: $filter, first: $first, after: $after) {{
    nodes {{ {_SECRET_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

SECRET = f"""
query Secret($name: String!, $environment: String) {{
  secret(name: $name, environment: $environment) {{ {_SECRET_FIELDS} }}
}}
"""

CREATE_SECRET = f"""
mutation CreateSecret($input: CreateSecretInput!) {{
  createSecret(input: $input) {{ secret {{ {_SECRET_FIELDS} }} }}
}}
"""

UPDATE_SECRET = f"""
mutation UpdateSecret($input: UpdateSecretInput!) {{
  updateSecret(input: $input) {{ secret {{ {_SECRET_FIELDS} }} }}
}}
"""

DELETE_SECRET = """
mutation DeleteSecret($input: DeleteSecretInput!) {
  deleteSecret(input: $input) { deletedId }
}
"""

REVEAL_SECRET = """
mutation RevealSecret($input: RevealSecretInput!) {
  revealSecret(input: $input) { version value }
}
"""

RUNS = f"""
query Runs($filter: RunFilter, $orderBy: RunOrder!, $first: Int, $after: String) {{
  runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{
    nodes {{ {_RUN_CORE} {_RUN_RELATIONS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

RUN = f"""
query Run($id: ID, $slug: String, $payload: Boolean!) {{
  run(id: $id, slug: $slug) {{
    {_FINISHED_RUN} {_RUN_RELATIONS}
    artifacts @include(if: $payload) {{ id name contentType sizeBytes sha256 url }}
  }}
}}
"""

RUN_STATUS = f"""
query RunStatus($id: ID, $slug: String) {{
  run(id: $id, slug: $slug) {{ {_RUN_STATUS} }}
}}
"""

FINISHED_RUN = f"""
query FinishedRun($id: ID, $slug: String, $payload: Boolean!) {{
  run(id: $id, slug: $slug) {{ {_FINISHED_RUN} }}
}}
"""

RUN_TASKS = f"""
query RunTasks($runId: ID!, $payload: Boolean!, $first: Int, $after: String) {{
  taskRuns(runId: $runId, first: $first, after: $after) {{
    nodes {{
      id key name state attempt mapIndex startedAt finishedAt durationMs dependsOn reason
      error {{ {_ERROR_FIELDS} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

LOGS = """
query Logs(
  $id: ID, $slug: String, $taskRunId: ID, $first: Int, $after: String
) {
  run(id: $id, slug: $slug) {
    logs(first: $first, after: $after, taskRunId: $taskRunId) {
      nodes { cursor at level message stream taskKey attempt }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

TRIGGER_RUN = f"""
mutation TriggerRun($input: TriggerRunInput!) {{
  triggerRun(input: $input) {{ created run {{ {_RUN_STATUS} }} }}
}}
"""

CANCEL_RUN = f"""
mutation CancelRun($input: CancelRunInput!) {{
  cancelRun(input: $input) {{ run {{ {_RUN_STATUS} }} }}
}}
"""

RETRY_RUN = f"""
mutation RetryRun($input: RetryRunInput!) {{
  retryRun(input: $input) {{ run {{ {_RUN_STATUS} }} }}
}}
"""

RUN_EVENTS = """
subscription RunEvents($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) {
    cursor sequence type at runState taskKey taskState attempt data
  }
}
"""

RUN_LOGS = """
subscription RunLogs($runId: ID!, $taskRunId: ID, $after: String) {
  runLogs(runId: $runId, taskRunId: $taskRunId, after: $after) {
    cursor at level message stream taskKey attempt
  }
}
"""
