# Which files are compiled together:  awk -v lines=1500 -v root=SRC -v prefix=BUILD/ingest_ -f batches.awk FILE...
# Writes prefix1.cpp.new, prefix2.cpp.new ... and prints "prefix1.cpp" ...; a file that stays alone is printed itself.
#
# Most of the time of compiling a small file goes into its headers, and files that are included into one share them.
# They also share what each has for itself alone: so no file is put where another knows one of its private names, as
# its own, from a header or from anywhere else. Headers come first, where no private name can be seen yet.

function is_word(text) { return text ~ /^[A-Za-z_][A-Za-z_0-9]*$/ }

# The name that a line at the left margin declares: of "std::map<int, Row> rows_of(const Row& row) {" rows_of.
function declared(line,  words, count) {
  sub(/^inline /, "", line)
  if (match(line, /^(struct|class|enum class|enum struct|enum|union|using|namespace|#define) +[A-Za-z_][A-Za-z_0-9]*/)) {
    line = substr(line, RSTART, RLENGTH)
  } else {
    sub(/(\(|=|;|\{|\[).*/, "", line)
  }
  gsub(/[ \t*&]+$/, "", line)
  count = split(line, words, /[^A-Za-z_0-9]+/)
  return words[count]
}

# What the headers of `root` declare that this one leads to, as one line of words.
function declared_by(header,  path, line, found) {
  if (header in declarations) return declarations[header]
  declarations[header] = ""  # it may lead to itself
  path = root "/" header
  while ((getline line <path) > 0) {
    if (line ~ /^#include "/) {
      split(line, found, "\"")
      declarations[header] = declarations[header] declared_by(found[2])
    } else if (line ~ /^[A-Za-z_]/ && line !~ /^(namespace|template)/) {
      declarations[header] = declarations[header] " " declared(line)
    }
  }
  close(path)
  return declarations[header]
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
    if (split(text, words, "\"") > 1) {
      count = split(declared_by(words[2]), words, " ")
      for (i = 1; i <= count; i++) knows[files, words[i]] = 1
    }
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
  if (!is_word(word)) next
  names[files] = names[files] " " word
  # The same alias in two files is one.
  if ($0 ~ /^(using|namespace) .*;$/) alias[files, word] = $0
}

function meets(a, b,  count, words, i) {
  count = split(names[a], words, " ")
  for (i = 1; i <= count; i++) {
    if ((b, words[i]) in knows && !((a, words[i]) in alias && alias[a, words[i]] == alias[b, words[i]])) return 1
  }
  return 0
}

function fits(file, batch,  count, members, i) {
  if (alone[file] || total[batch] + size[file] > lines) return 0
  count = split(batches[batch], members, " ")
  for (i = 1; i <= count; i++) {
    if (alone[members[i]] || opened[file] != opened[members[i]]) return 0
    if (meets(file, members[i]) || meets(members[i], file)) return 0
  }
  return 1
}

END {
  for (file = 1; file <= files; file++) {
    for (batch = 1; batch <= used && !fits(file, batch);) batch++
    if (batch > used) used = batch
    batches[batch] = batches[batch] " " file
    total[batch] += size[file]
  }
  for (batch = 1; batch <= used; batch++) {
    count = split(batches[batch], members, " ")
    if (count == 1) {
      print name[members[1]]
      continue
    }
    out = prefix batch ".cpp"
    for (i = 1; i <= count; i++) printf "%s", includes[members[i]] >(out ".new")
    for (i = 1; i <= count; i++) printf "#include \"%s\"\n", name[members[i]] >(out ".new")
    close(out ".new")
    print out
  }
}
