export const unused: string[] = ["a", "b"];
