// XRT host program: sends the packets of a file through the card, writes the answers to another.
//
//   host gengnn.xclbin PACKETS RESPONSES MOST_RESPONSE_BEATS_PER_PACKET
//
// Both files have one beat per line: tlast, a space, tdata in hexadecimal (as csim/tb.cpp).
//   g++ -std=c++17 -O2 -I$XILINX_XRT/include host.cpp -L$XILINX_XRT/lib -lxrt_coreutil -o host
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Packets {
  std::vector<std::uint8_t> data;    // low byte of a beat first
  std::vector<std::uint32_t> beats;  // of each packet
  std::size_t bytes = 0;             // of a beat
};

Packets read_packets(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  Packets packets;
  std::uint32_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.size() < 18) throw std::runtime_error("not a beat: " + line);
    packets.bytes = (line.size() - 2) / 2;
    for (std::size_t i = packets.bytes; i-- > 0;) {
      packets.data.push_back(std::uint8_t(std::stoul(line.substr(2 + 2 * i, 2), nullptr, 16)));
    }
    ++count;
    if (line[0] == '1') {
      packets.beats.push_back(count);
      count = 0;
    }
  }
  if (packets.beats.empty()) throw std::runtime_error("no packets in " + path);
  return packets;
}

void write_packets(const std::string& path, const std::uint8_t* data, const std::uint32_t* beats,
                   std::size_t packets, std::size_t bytes) {
  std::ofstream out(path);
  for (std::size_t packet = 0; packet < packets; ++packet) {
    for (std::uint32_t beat = 0; beat < beats[packet]; ++beat, data += bytes) {
      out << (beat == beats[packet] - 1 ? "1 " : "0 ");
      for (std::size_t i = bytes; i-- > 0;) {
        out << "0123456789abcdef"[data[i] >> 4] << "0123456789abcdef"[data[i] & 15];
      }
      out << '\n';
    }
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void run(const char* xclbin, const char* requests, const char* responses, std::size_t most) {
  const Packets packets = read_packets(requests);
  const auto count = static_cast<unsigned>(packets.beats.size());
  xrt::device device(0);
  const auto uuid = device.load_xclbin(xclbin);
  xrt::kernel mm2s(device, uuid, "mm2s"), s2mm(device, uuid, "s2mm");
  xrt::bo data_in(device, packets.data.size(), mm2s.group_id(0));
  xrt::bo beats_in(device, 4 * count, mm2s.group_id(1));
  xrt::bo data_out(device, most * count * packets.bytes, s2mm.group_id(0));
  xrt::bo beats_out(device, 4 * count, s2mm.group_id(1));
  data_in.write(packets.data.data());
  beats_in.write(packets.beats.data());
  data_in.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  beats_in.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  auto taking = s2mm(data_out, beats_out, count);
  auto giving = mm2s(data_in, beats_in, count);
  giving.wait();
  taking.wait();
  data_out.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  beats_out.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  write_packets(responses, data_out.map<std::uint8_t*>(), beats_out.map<std::uint32_t*>(), count,
                packets.bytes);
  std::cout << count << " packets\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: host XCLBIN PACKETS RESPONSES MOST_RESPONSE_BEATS_PER_PACKET\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3], std::stoul(argv[4]));
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
