/**
 * @generated SignedSource<<46fa1ab2ca49d9dab963c187bf91b931>>
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

var node = (function(){
var v0 = [
  {
    "alias": null,
    "args": null,
    "concreteType": "Viewer",
    "kind": "LinkedField",
    "name": "viewer",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "role",
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "operationsViewerQuery",
    "selections": (v0/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "operationsViewerQuery",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "cacheID": "4feed9dc9e62d448cde12450ebafd91f",
    "id": null,
    "metadata": {},
    "name": "operationsViewerQuery",
    "operationKind": "query",
    "text": "query operationsViewerQuery {\n  viewer {\n    role\n  }\n}\n"
  }
};
})();

node.hash = "10c681cbd8196e8e6d9edf31ddb1758c";

export default node;
