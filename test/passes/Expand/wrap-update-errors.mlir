// RUN: hocket-opt --hocket-wrap-update --split-input-file --verify-diagnostics %s

// expected-error @below {{'func.func' op argument #0 needs a `hocket.role`: param, grad, state or step}}
func.func @update(%param: tensor<?xf32>) -> tensor<?xf32> {
  return %param : tensor<?xf32>
}

// -----

// expected-error @below {{argument #1 of role 'grad' must be 'tensor<?xf32>', not 'tensor<4xf32>'}}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>},
                  %grad: tensor<4xf32> {hocket.role = #hocket.role<grad>}) -> tensor<?xf32> {
  return %param : tensor<?xf32>
}

// -----

// expected-error @below {{must take one param, one grad and at most one step}}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>}) -> tensor<?xf32> {
  return %param : tensor<?xf32>
}

// -----

// expected-error @below {{must return the parameter and its 1 states, each 'tensor<?xf32>'}}
func.func @update(%param: tensor<?xf32> {hocket.role = #hocket.role<param>},
                  %grad: tensor<?xf32> {hocket.role = #hocket.role<grad>},
                  %m: tensor<?xf32> {hocket.role = #hocket.role<state>}) -> tensor<?xf32> {
  return %param : tensor<?xf32>
}
