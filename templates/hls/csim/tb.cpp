// Test bench of C-simulation: runs packets through the top and compares the answers.
//
//   csim PACKETS RESPONSES [--golden FILE] [--trace FILE]
//
// The files hold one beat per line: tlast, a space, tdata in hexadecimal. Ends with status 1 if an
// answer differs from the golden file. The trace has every beat of every stream.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "gengnn_top.hpp"

namespace {

using Beat = gg::Axis<Packet::Bus>;
constexpr int Digits = Packet::Bus / 4;
constexpr int ShownMismatches = 10;
constexpr std::size_t StackBytes = std::size_t(1) << 30;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "error: " << what << '\n';
  std::exit(2);
}

bool read_beat(std::istream& in, Beat& beat) {
  std::string line;
  if (!std::getline(in, line)) return false;
  if (line.size() != Digits + 2) fail("expected " + std::to_string(Digits) + " digits: " + line);
  beat.last = line[0] == '1';
  for (int at = 0; at < Digits; at += 16) {
    const int high = Packet::Bus - 1 - 4 * at;
    const std::uint64_t word = std::stoull(line.substr(2 + at, 16), nullptr, 16);
    beat.data.range(high, high - 63) = ap_uint<64>(word);
  }
  return true;
}

std::string text_of(const Beat& beat) {
  std::string line = beat.last ? "1 " : "0 ";
  for (int high = Packet::Bus - 1; high > 0; high -= 64) {
    const std::uint64_t word = beat.data.range(high, high - 63).to_uint64();
    for (int shift = 60; shift >= 0; shift -= 4) line += "0123456789abcdef"[word >> shift & 15];
  }
  return line;
}

// Compares the answers one by one as they come.
class Golden {
 public:
  void open(const char* path) {
    file_.open(path);
    if (!file_) fail(std::string("cannot read ") + path);
    is_open_ = true;
  }

  void check(long packet, long beat, const std::string& got) {
    std::string expected = "nothing";
    if (!is_open_ || (std::getline(file_, expected) && expected == got)) return;
    if (++mismatches_ > ShownMismatches) return;
    std::cout << "packet " << packet << ", beat " << beat << ": expected " << expected << ", got "
              << got << '\n';
  }

  // Every answer came; what the file still holds was expected in vain.
  long finish() {
    for (std::string line; is_open_ && std::getline(file_, line);) ++mismatches_;
    return mismatches_;
  }

 private:
  std::ifstream file_;
  bool is_open_ = false;
  long mismatches_ = 0;
};

// Runs the packet that is on s_axis; appends the answer to `out`.
void run_packet(long packet, gg::Stream<Beat>& s_axis, std::ostream& out, Golden& golden) {
  gg::Stream<Beat> m_axis("m_axis");
  gengnn_top(s_axis, m_axis);
  for (long beat = 0; !m_axis.empty(); ++beat) {
    const std::string line = text_of(m_axis.read());
    golden.check(packet, beat, line);
    out << line << '\n';
  }
}

int bench(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) fail("usage: csim PACKETS RESPONSES [--golden F] [--trace F]");
  std::ifstream in(argv[1]);
  std::ofstream out(argv[2]), trace;
  Golden golden;
  for (int i = 3; i < argc; i += 2) {
    if (std::string(argv[i]) == "--golden") golden.open(argv[i + 1]);
    if (std::string(argv[i]) == "--trace") trace.open(argv[i + 1]);
  }
  if (!in || !out) fail(std::string("cannot open ") + (in ? argv[2] : argv[1]));
  if (trace.is_open()) hls::trace::out = &trace;
  gg::Stream<Beat> s_axis("s_axis");
  long packets = 0;
  for (Beat beat; read_beat(in, beat);) {
    s_axis.write(beat);
    if (beat.last) run_packet(packets++, s_axis, out, golden);
  }
  if (!s_axis.empty()) fail("the last packet has no end");
  const long mismatches = golden.finish();
  std::cout << packets << " packets, " << mismatches << " mismatches\n";
  return mismatches == 0 && packets > 0 && out.flush() ? 0 : 1;
}

struct Arguments {
  int argc;
  char** argv;
  int status;
};

void* start(void* given) {
  auto* arguments = static_cast<Arguments*>(given);
  arguments->status = bench(arguments->argc, arguments->argv);
  return nullptr;
}

}  // namespace

// The bench runs in a thread of its own, whose stack holds the largest packets.
int main(int argc, char** argv) {
  Arguments arguments = {argc, argv, 2};
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0 ||
      pthread_attr_setstacksize(&attributes, StackBytes) != 0 ||
      pthread_create(&thread, &attributes, start, &arguments) != 0) {
    fail("cannot start a thread with a stack of 1 GB");
  }
  pthread_join(thread, nullptr);
  return arguments.status;
}
