"""What compiles: every convolution, aggregation, norm and ready model of PyG, tried."""
