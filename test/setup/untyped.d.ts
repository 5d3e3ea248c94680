// Test libraries that come without types.
declare module 'jsonld';
declare module 'rdf-validate-shacl';
declare module '@vocabulary/*';
