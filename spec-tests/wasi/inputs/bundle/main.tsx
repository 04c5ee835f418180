import { greet, type Named } from "./lib/greet";
import data from "./data.json";
import "./style.css";

enum Level { Low, High = 5 }
class Person implements Named {
    constructor(public name: string, private level = Level.High) {}
    get loud() { return `${greet(this)}!`.repeat(this.level ?? 1); }
}

export const all = data.people.map((p: string) => new Person(p).loud);
export async function later() {
    const { unused } = await import("./lib/lazy");
    return unused?.length ?? 0;
}
console.log(all, <div className="x">{all.length}</div>);
