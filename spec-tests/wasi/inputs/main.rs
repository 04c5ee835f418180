// Prints the same wherever it runs; its argument is a directory for files.
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

fn files(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir.join("x/y"))?;
    for i in 0..50 {
        fs::write(dir.join(format!("x/file-{i:02}")), vec![i as u8; i * 10])?;
    }
    fs::rename(dir.join("x/file-03"), dir.join("x/y/moved"))?;
    fs::copy(dir.join("x/file-04"), dir.join("x/y/copied"))?;
    fs::remove_file(dir.join("x/file-05"))?;
    let mut sizes = BTreeMap::new();
    for entry in fs::read_dir(dir.join("x"))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            sizes.insert(
                entry.file_name().into_string().unwrap(),
                entry.metadata()?.len(),
            );
        }
    }
    println!("{} files, {} bytes", sizes.len(), sizes.values().sum::<u64>());
    let mut f = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .open(dir.join("log"))?;
    for i in 0..100 {
        writeln!(f, "line {i}")?;
    }
    f.seek(SeekFrom::Start(5))?;
    let lines: Vec<String> =
        BufReader::new(&f).lines().collect::<Result<_, _>>()?;
    println!("{:?} ... {:?}", lines[0], lines.last());
    f.set_len(10)?;
    println!("{}", f.metadata()?.len());
    match fs::File::open(dir.join("missing")) {
        Err(e) => println!("{:?}", e.kind()),
        Ok(_) => println!("it is there"),
    }
    fs::remove_dir_all(dir.join("x/y"))
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    println!(
        "{} {:?} {:?}",
        args.len(),
        std::env::var("SET"),
        std::env::var("NOT_SET").is_err()
    );
    let mut words: HashMap<&str, usize> = HashMap::new();
    for w in "a b a c b a".split(' ') {
        *words.entry(w).or_default() += 1;
    }
    let mut counted: Vec<_> = words.into_iter().collect();
    counted.sort();
    println!("{counted:?}");
    let distinct: HashSet<u64> =
        (0..100_000u64).map(|n| n.wrapping_mul(n) % 1009).collect();
    println!("{}", distinct.len());
    println!("{:.6} {:e} {:?}", std::f64::consts::PI, 1e-7, f32::MAX);
    println!("{:?}", "naïve été".to_uppercase());
    println!("{:?} {:?}", "12x".parse::<i32>().is_err(), i64::MAX.checked_add(1));
    if let Err(e) = files(Path::new(&args[1])) {
        println!("error: {e}");
        std::process::exit(1);
    }
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    println!("slept: {}", start.elapsed() >= Duration::from_millis(20));
    println!("threads: {}", std::thread::Builder::new().spawn(|| 1).is_ok()
        || cfg!(target_family = "wasm"));
    let mut input = String::new();
    io::stdin().read_to_string(&mut input).unwrap();
    println!("stdin: {}", input.len());
    std::process::exit(5);
}
