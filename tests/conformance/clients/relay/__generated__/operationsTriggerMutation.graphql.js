/**
 * @generated SignedSource<<26b439cd2286e8cd50445a55a18cbed1>>
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

var node = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "TriggerRunPayload",
    "kind": "LinkedField",
    "name": "triggerRun",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "created",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "Run",
        "kind": "LinkedField",
        "name": "run",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "parameters",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "operationsTriggerMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "operationsTriggerMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "ab3cc22a0697a4c3be721492f7a2f08d",
    "id": null,
    "metadata": {},
    "name": "operationsTriggerMutation",
    "operationKind": "mutation",
    "text": "mutation operationsTriggerMutation(\n  $input: TriggerRunInput!\n) {\n  triggerRun(input: $input) {\n    created\n    run {\n      id\n      parameters\n    }\n  }\n}\n"
  }
};
})();

node.hash = "946920c346ffa9c5e68064beaed06a78";

export default node;
