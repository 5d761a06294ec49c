// hls::stream for C-simulation: an unbounded queue that stops the program when it is read while
// empty, and that can write every beat it carries to a trace. Vitis HLS brings its own.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <vector>

namespace hls {

// Where beats are written while tracing; null: nowhere.
template <class Out>
struct trace_target {
  static Out* out;
};
template <class Out>
Out* trace_target<Out>::out = nullptr;
using trace = trace_target<std::ostream>;

// A beat as "name code code ..." or "name end"; what is not a beat is not traced.
template <class T>
auto write_trace(const char* name, const T& beat, int) -> decltype(beat.lane[0], void()) {
  std::ostream& out = *trace::out;
  out << name;
  if (beat.last) out << " end";
  for (int i = 0; i < T::Lanes && !beat.last; ++i) out << ' ' << beat.lane[i].to_int64();
  out << '\n';
}

template <class T>
void write_trace(const char*, const T&, long) {}

template <class T>
class stream {
 public:
  explicit stream(const char* name = "stream") : name_(name) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  bool empty() const { return head_ == data_.size(); }
  std::size_t size() const { return data_.size() - head_; }

  T read() {
    if (empty()) {
      std::fprintf(stderr, "error: stream %s is read while empty\n", name_);
      std::exit(2);
    }
    const T value = data_[head_++];
    if (empty()) {
      data_.clear();
      head_ = 0;
    }
    return value;
  }

  void write(const T& value) {
    if (trace::out != nullptr) write_trace(name_, value, 0);
    data_.push_back(value);
  }

 private:
  const char* name_;
  std::vector<T> data_;
  std::size_t head_ = 0;
};

}  // namespace hls
