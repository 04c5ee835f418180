.bail on
.headers on
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, x REAL);
BEGIN;
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
INSERT INTO t SELECT i, 'n' || (i * 7919 % 20011), i * 1.5 FROM c;
COMMIT;
CREATE INDEX by_name ON t(name);
SELECT count(*), sum(x), min(name), max(name) FROM t;
SELECT * FROM t WHERE name = 'n777';
EXPLAIN QUERY PLAN SELECT * FROM t WHERE name > 'n99';
BEGIN;
DELETE FROM t;
ROLLBACK;
SELECT count(*) FROM t;
DELETE FROM t WHERE id % 3 = 0;
VACUUM;
PRAGMA integrity_check;
CREATE VIRTUAL TABLE f USING fts5(body);
INSERT INTO f VALUES ('the quick brown fox'), ('jumps over the lazy dog');
SELECT rowid, highlight(f, 0, '<', '>') FROM f WHERE f MATCH 'quick OR lazy';
SELECT json_extract('{"a":[1,{"b":2}]}', '$.a[1].b'), printf('%.3f', sqrt(2));
SELECT name, row_number() OVER (ORDER BY x DESC) FROM t LIMIT 3;
SELECT strftime('%Y-%m-%d', '2020-02-29', '+1 year');
.mode csv
SELECT * FROM t WHERE id < 10;
.dump f
