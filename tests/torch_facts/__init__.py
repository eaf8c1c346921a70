"""Every row of `varmigrate.torch_facts` is run against the installed torch."""
