// Prints the same wherever it runs; its argument is a directory for files.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"sync"
	"time"
)

type item struct {
	Name  string            `json:"name"`
	Count int               `json:"count"`
	Tags  map[string]string `json:"tags,omitempty"`
}

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func files(dir string) {
	check(os.MkdirAll(filepath.Join(dir, "a", "b"), 0o777))
	for i := 0; i < 50; i++ {
		name := filepath.Join(dir, "a", fmt.Sprintf("file-%02d", i))
		check(os.WriteFile(name, bytes.Repeat([]byte{byte(i)}, i*100), 0o666))
	}
	check(os.Rename(filepath.Join(dir, "a", "file-07"),
		filepath.Join(dir, "a", "b", "moved")))
	check(os.Remove(filepath.Join(dir, "a", "file-08")))
	var total int64
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		check(err)
		if d.Type().IsRegular() {
			info, err := d.Info()
			check(err)
			total += info.Size()
		}
		return nil
	})
	check(err)
	_, err = os.Stat(filepath.Join(dir, "missing"))
	fmt.Println("files:", total, errors.Is(err, fs.ErrNotExist))
	f, err := os.OpenFile(filepath.Join(dir, "log"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	check(err)
	for i := 0; i < 3; i++ {
		fmt.Fprintf(f, "line %d\n", i)
	}
	check(f.Close())
	f, err = os.Open(filepath.Join(dir, "log"))
	check(err)
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		fmt.Println(s.Text())
	}
}

func goroutines() {
	var wait sync.WaitGroup
	results := make(chan int)
	for i := 0; i < 20; i++ {
		wait.Add(1)
		go func(n int) {
			defer wait.Done()
			time.Sleep(time.Duration(n%5) * time.Millisecond)
			results <- n * n
		}(i)
	}
	go func() { wait.Wait(); close(results) }()
	sum := 0
	for r := range results {
		sum += r
	}
	fmt.Println("goroutines:", sum)
	select {
	case <-time.After(20 * time.Millisecond):
		fmt.Println("timer")
	}
}

func main() {
	fmt.Println(len(os.Args), os.Getenv("SET"), os.Getenv("NOT_SET") == "")
	var got []item
	check(json.Unmarshal([]byte(`[{"name":"a","count":1},
		{"name":"é","count":-2,"tags":{"k":"v","j":"w"}}]`), &got))
	sort.Slice(got, func(i, j int) bool { return got[i].Count < got[j].Count })
	out, err := json.Marshal(got)
	check(err)
	fmt.Println(string(out))
	fmt.Printf("%x\n", sha256.Sum256(bytes.Repeat([]byte("wasm"), 100000)))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(bytes.Repeat([]byte("compress me "), 10000))
	check(z.Close())
	r, err := gzip.NewReader(&packed)
	check(err)
	plain, err := io.ReadAll(r)
	check(err)
	fmt.Println(len(plain))
	fmt.Println(regexp.MustCompile(`(\w+)@(\w+)`).ReplaceAllString(
		"me@here you@there", "$2 at $1"))
	files(os.Args[1])
	goroutines()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var p *item
		fmt.Println(p.Name)
	}()
	_, err = net.Dial("tcp", "256.0.0.1:80")
	fmt.Println("network:", err != nil)
	in, err := io.ReadAll(os.Stdin)
	check(err)
	fmt.Println("stdin:", len(in))
	os.Exit(3)
}
