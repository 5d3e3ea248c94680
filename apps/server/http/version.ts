/** Version of the REST interface. */
export const apiVersion = '1.0.0';
