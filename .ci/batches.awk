# Which files are compiled together:  awk -v lines=2000 -v root=SRC -v prefix=BUILD/ingest_ -f batches.awk FILE...
# Writes prefix1.cpp.new, prefix2.cpp.new ... and prints "prefix1.cpp" ...; a file that stays alone is printed itself.
#
# Most of the time of compiling a small file goes into its headers, and files that are included into one share them.
# They also share what each has for itself alone. Headers come first, where no private name can be seen yet; then a
# private name that another file of the batch knows, as its own, from a header or from anywhere else, gets another one
# while its file is read (#define rows rows_in_2). Where that could change more than the name, since a header or a
# member of something is called so, it keeps its name, and no file that knows it is read behind.

function is_word(text) { return text ~ /^[A-Za-z_][A-Za-z_0-9]*$/ }

# The name that a line at the left margin declares: of "std::map<int, Row> rows_of(const Row& row) {" rows_of.
function declared(line,  words, count) {
  sub(/^inline /, "", line)
  sub(/ final/, "", line)
  # "struct sigaction before{};" declares a variable.
  if (line !~ /^(struct|union) +[A-Za-z_0-9:]+ +[A-Za-z_][A-Za-z_0-9]* *[;={[]/ &&
      match(line, /^(struct|class|enum class|enum struct|enum|union|using|namespace|#define) +[A-Za-z_][A-Za-z_0-9]*/)) {
    line = substr(line, RSTART, RLENGTH)
  } else {
    sub(/(\(|=|;|\{|\[).*/, "", line)
  }
  gsub(/[ \t*&]+$/, "", line)
  count = split(line, words, /[^A-Za-z_0-9]+/)
  return words[count]
}

# Where a header of ours is, as seen from a file or header there; "" of others.
function path_of(header, from,  count, candidates, i, line) {
  sub(/[^\/]*$/, header, from)
  count = split(from " " root "/" header " " root "/../tests/" header, candidates, " ")
  for (i = 1; i <= count; i++) {
    if ((getline line <candidates[i]) > 0) {
      close(candidates[i])
      return candidates[i]
    }
  }
  return ""
}

# Reads a header of ours, once: what it declares at the left margin, all its words, and the headers that it leads to.
function read_header(path,  line, found) {
  if (path in declarations) return
  declarations[path] = spoken[path] = leads[path] = ""
  while ((getline line <path) > 0) {
    sub(/\/\/.*/, "", line)
    if (line ~ /^#include "/) {
      split(line, found, "\"")
      leads[path] = leads[path] " " path_of(found[2], path)
      continue
    }
    if (line ~ /^[A-Za-z_]/ && line !~ /^(namespace|template)/) declarations[path] = declarations[path] " " declared(line)
    spoken[path] = spoken[path] " " line
  }
  close(path)
  gsub(/[^A-Za-z_0-9]+/, " ", spoken[path])
}

# Notes for `file` what a header of ours tells it, with all that this one leads to.
function learn(file, path,  count, words, i) {
  if (path == "" || (file, path) in learned) return
  learned[file, path] = 1
  read_header(path)
  count = split(declarations[path], words, " ")
  for (i = 1; i <= count; i++) knows[file, words[i]] = 1
  count = split(spoken[path], words, " ")
  for (i = 1; i <= count; i++) taken[file, words[i]] = 1
  count = split(leads[path], words, " ")
  for (i = 1; i <= count; i++) learn(file, words[i])
}

function add_name(word) {
  names[files] = names[files] " " word
  own[files, word] = 1
}

# A header beside the file itself is not found from where the batch is.
function include_line(text,  found, path, line) {
  if (split(text, found, "\"") < 2) return text
  path = FILENAME
  sub(/[^\/]*$/, found[2], path)
  if ((getline line <path) <= 0) return text
  close(path)
  return "#include \"" path "\""
}

FNR == 1 {
  ++files
  name[files] = FILENAME
  hidden = 0
}
{
  size[files]++
  text = $0
  sub(/\/\/.*/, "", text)
  if (text ~ /^#include/) {
    includes[files] = includes[files] include_line(text) "\n"
    if (split(text, words, "\"") > 1) learn(files, path_of(words[2], FILENAME))
    if (defined[files]) alone[files] = 1  # a macro that a header is to see
    next
  }
  if (text ~ /^#(if|ifdef|ifndef)/ || text ~ /^#define DOCTEST_CONFIG/) alone[files] = 1
  if (text ~ /^#define/) defined[files] = 1
  # Literals are everybody's; any other namespace would be opened for all.
  if (text ~ /^using namespace/ && text !~ /literals;/) opened[files] = opened[files] text

  # Texts name nothing, and members and qualified names are looked up where they belong.
  plain = text
  gsub(/"([^"\\]|\\.)*"/, "", plain)
  rest = plain
  while (match(rest, /(\.|->|::)[A-Za-z_][A-Za-z_0-9]*/)) {
    word = substr(rest, RSTART, RLENGTH)
    gsub(/[^A-Za-z_0-9]/, "", word)
    taken[files, word] = 1
    rest = substr(rest, RSTART + RLENGTH)
  }
  gsub(/(\.|->|::)[A-Za-z_]/, " 0", plain)
  count = split(plain, words, /[^A-Za-z_0-9]+/)
  for (i = 1; i <= count; i++) knows[files, words[i]] = 1

  if (text ~ /^namespace \{/) { hidden = 1; next }
  if (text ~ /^\}/ && $0 ~ /namespace/) hidden = 0
  private = hidden && text ~ /^[A-Za-z_]/ && text !~ /^template|^using namespace/
  private = private || text ~ /^(static|using|namespace [A-Za-z_]+ =|#define) / && text !~ /^using namespace/
  if (!private) next
  word = declared(text)
  if (text ~ /^using [A-Za-z_:]+;/) { sub(/;.*/, "", text); sub(/.*[: ]/, "", text); word = text }
  if (!is_word(word) || word == "static_assert") next
  add_name(word)
  # constexpr int kFew = 8, kMany = 32;
  rest = text ~ /^constexpr [^(]*=/ ? text : ""
  while (match(rest, /, *[A-Za-z_][A-Za-z_0-9]* *=/)) {
    word = substr(rest, RSTART, RLENGTH)
    gsub(/[^A-Za-z_0-9]/, "", word)
    add_name(word)
    rest = substr(rest, RSTART + RLENGTH)
  }
  if (text ~ /^(#define|namespace) /) taken[files, word] = 1
  # The same alias in two files is one.
  if ($0 ~ /^(using|namespace) .*;$/) alias[files, word] = $0
}

function known_to(a, b, word) {
  return (b, word) in knows && !((a, word) in alias && (b, word) in alias && alias[a, word] == alias[b, word])
}

# Whether b, which is read behind a, knows a private name of a that can be another neither there nor here.
function meets(a, b,  count, words, i) {
  count = split(names[a], words, " ")
  for (i = 1; i <= count; i++) {
    if (!((a, words[i]) in taken) || !known_to(a, b, words[i])) continue
    if (!((b, words[i]) in own) || (b, words[i]) in taken) return 1
  }
  return 0
}

# The private names of the n-th member that have to be others, each with " " in front.
function renamed(n, members, all,  count, words, i, other, found, done) {
  count = split(names[members[n]], words, " ")
  for (i = 1; i <= count; i++) {
    for (other = 1; other <= all && !(words[i] in done); other++) {
      if (other == n || (members[n], words[i]) in taken || !known_to(members[n], members[other], words[i])) continue
      done[words[i]] = 1
      found = found " " words[i]
    }
  }
  return found
}

# The lines that read one file of a batch.
function reading(n, members, all,  count, words, i, lines) {
  count = split(renamed(n, members, all), words, " ")
  for (i = 1; i <= count; i++) lines = lines "#define " words[i] " " words[i] "_in_" n "\n"
  lines = lines "#include \"" name[members[n]] "\"\n"
  for (i = 1; i <= count; i++) lines = lines "#undef " words[i] "\n"
  return lines
}

# The same of files of which one is read behind the other; here of one, and of those of a batch that keep a name.
function any_meets(front, back,  ahead, after, i, j, n, m) {
  n = split(front, ahead, " ")
  m = split(back, after, " ")
  for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) if (meets(ahead[i], after[j])) return 1
  return 0
}

function fits(file, batch,  count, members) {
  if (alone[file] || total[batch] + size[file] > lines) return 0
  count = split(free[batch] keeping[batch], members, " ")
  if (alone[members[1]] || opened[file] != opened[members[1]]) return 0
  return !keeps_name(file) || !any_meets(keeping[batch], file) || !any_meets(file, keeping[batch])
}

function put(file, batch) {
  total[batch] += size[file]
  if (!keeps_name(file)) free[batch] = free[batch] " " file
  else if (!any_meets(keeping[batch], file)) keeping[batch] = keeping[batch] " " file
  else keeping[batch] = " " file keeping[batch]
}

# Whether a file keeps a private name that others could mean: it is read at the end of its batch.
function keeps_name(file,  count, words, i) {
  count = split(names[file], words, " ")
  for (i = 1; i <= count; i++) if ((file, words[i]) in taken) return 1
  return 0
}

END {
  # What reads a heavy header first, so that few batches read it.
  for (light = 0; light <= 1; light++) {
    for (file = 1; file <= files; file++) {
      if (light == ((file, "nlohmann") in taken)) continue
      for (batch = 1; batch <= used && !fits(file, batch);) batch++
      if (batch > used) used = batch
      put(file, batch)
    }
  }
  for (batch = 1; batch <= used; batch++) {
    count = split(free[batch] keeping[batch], members, " ")
    if (count == 1) {
      print name[members[1]]
      continue
    }
    out = prefix batch ".cpp"
    for (i = 1; i <= count; i++) printf "%s", includes[members[i]] >(out ".new")
    for (i = 1; i <= count; i++) printf "%s", reading(i, members, count) >(out ".new")
    close(out ".new")
    print out
  }
}
