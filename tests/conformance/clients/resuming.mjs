// For clients that send a subscription again after a disconnect (graphql-ws, graphql-sse): they
// then ask for what comes behind the last cursor, so that no event is missed or seen twice.
export function resuming(client) {
  const subscribe = (request, sink) => {
    const asked = { ...request, variables: { ...request.variables } };
    return client.subscribe(asked, {
      next(result) {
        const [item] = Object.values(result.data ?? {});
        if (item?.cursor) asked.variables.after = item.cursor;
        sink.next(result);
      },
      error: (error) => sink.error(error),
      complete: () => sink.complete(),
    });
  };
  return { ...client, subscribe };
}
