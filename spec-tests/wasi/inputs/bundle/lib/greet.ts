export interface Named { name: string }
export function greet(x: Named): string { return "hello " + x.name; }
export function dropped() { return "nobody asks for this"; }
